/**
 * The bi-level computation: K inner steps on facts and an outer loss on questions. The gradient of
 * the outer loss is with respect to all initial weights and inner rates.
 *
 * <p>Open {@link org.reckoning.graph.unroll.UnrolledPass} first: it shows the whole design. Then
 * read the segments that it calls: {@link org.reckoning.graph.inner.InnerStep}, LossSegments,
 * {@link org.reckoning.graph.inner.InnerPullbacks}.
 */
@NullMarked
package org.reckoning.graph.unroll;

import org.jspecify.annotations.NullMarked;
