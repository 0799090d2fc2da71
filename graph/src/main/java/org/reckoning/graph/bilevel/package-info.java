/**
 * The bi-level program: K inner steps on facts, an outer loss on questions, the gradient of the
 * outer loss with respect to every initial weight and every inner rate, and the outer update, as
 * one static graph.
 *
 * <p>Open {@link org.reckoning.graph.bilevel.UnrolledPass} first, it is the picture of the design
 * as code; then the segments that it calls: {@link org.reckoning.graph.bilevel.InnerStep}, {@link
 * org.reckoning.graph.bilevel.OuterLoss}, {@link org.reckoning.graph.bilevel.InnerStepPullback}.
 * {@link org.reckoning.graph.bilevel.BilevelProgram} runs them.
 */
@NullMarked
package org.reckoning.graph.bilevel;

import org.jspecify.annotations.NullMarked;
