/**
 * Functions of the static graph that XLA compiles. Open {@link org.reckoning.graph.xla.Segment}
 * first: it is built once, compiled once and called any number of times.
 */
@NullMarked
package org.reckoning.graph.xla;

import org.jspecify.annotations.NullMarked;
