/**
 * The bi-level computation: K inner steps on facts, an outer loss on questions, and the gradient of
 * the outer loss with respect to every initial weight and every inner rate.
 *
 * <p>Open {@link org.reckoning.graph.unroll.UnrolledPass} first: it is the picture of the design as
 * code. Then read the segments that it calls: InnerStep, {@link
 * org.reckoning.graph.unroll.LossSegments}, InnerStepPullback.
 *
 * <p>Tensors travel in records, such as StepArguments. A record turns into named tensors at the
 * border of a {@link org.reckoning.graph.xla.Segment} and nowhere else.
 */
@NullMarked
package org.reckoning.graph.unroll;

import org.jspecify.annotations.NullMarked;
