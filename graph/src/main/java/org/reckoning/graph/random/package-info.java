/**
 * Where random numbers come from. Open {@link org.reckoning.graph.random.RandomSeed} first: every
 * seed of a program and of a training run is made by it.
 */
@NullMarked
package org.reckoning.graph.random;

import org.jspecify.annotations.NullMarked;
