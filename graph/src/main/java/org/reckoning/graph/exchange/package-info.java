/** Gradients and variables that travel between processes: sums, in an order, and broadcasts. */
@NullMarked
package org.reckoning.graph.exchange;

import org.jspecify.annotations.NullMarked;
