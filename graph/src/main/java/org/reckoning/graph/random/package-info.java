/**
 * Seeds of random numbers. Open {@link org.reckoning.graph.random.RandomSeed} first: it derives
 * every seed of a program and of a training run.
 */
@NullMarked
package org.reckoning.graph.random;

import org.jspecify.annotations.NullMarked;
