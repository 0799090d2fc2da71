/**
 * Symbolic differentiation of TensorFlow graphs: reverse mode, forward mode and every mixture of
 * the two, to any order.
 *
 * <p>Open {@link org.reckoning.graph.autodiff.Differentiator} first, then the drivers {@link
 * org.reckoning.graph.autodiff.ReverseMode} and {@link org.reckoning.graph.autodiff.ForwardMode},
 * which know no op. Then open one family of rules, such as {@link
 * org.reckoning.graph.autodiff.ElementwiseRules}. Cheaper forms of some derivatives are in {@link
 * org.reckoning.graph.autodiff.Rewrites}. The package is independent of GPT-2 and of RECKONING.
 */
@NullMarked
package org.reckoning.graph.autodiff;

import org.jspecify.annotations.NullMarked;
