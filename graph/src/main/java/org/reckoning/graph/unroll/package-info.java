/**
 * The bi-level computation: K inner steps on facts and an outer loss on questions. The gradient of
 * the outer loss is with respect to all initial weights and inner rates.
 *
 * <p>Open {@link org.reckoning.graph.unroll.UnrolledPass} first: it shows the whole design. Then
 * read the segments that it calls: InnerStep, {@link org.reckoning.graph.unroll.LossSegments},
 * InnerStepPullback, ReplayedPullback.
 *
 * <p>Records such as StepArguments hold the tensors. A record becomes named tensors only at the
 * boundary of a {@link org.reckoning.graph.xla.Segment}.
 */
@NullMarked
package org.reckoning.graph.unroll;

import org.jspecify.annotations.NullMarked;
