/**
 * One inner step and its pullback: the inner gradient, the update rule in blocks of weights, and
 * the matrix products that a step keeps for its pullback.
 *
 * <p>Open InnerStep first, then {@link org.reckoning.graph.inner.InnerPullbacks}. It has two
 * implementations: InnerStepPullback for an update rule without state, and ReplayedPullback.
 *
 * <p>Records such as StepArguments hold the tensors. A record becomes named tensors only at the
 * boundary of a {@link org.reckoning.graph.xla.Segment}.
 */
@NullMarked
package org.reckoning.graph.inner;

import org.jspecify.annotations.NullMarked;
