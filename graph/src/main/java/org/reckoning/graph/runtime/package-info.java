/** How XLA computes in this process. Knows no other package. */
@NullMarked
package org.reckoning.graph.runtime;

import org.jspecify.annotations.NullMarked;
