/**
 * Differentiates TensorFlow graphs symbolically: reverse mode, forward mode and every mixture of
 * the two, to any order.
 *
 * <p>Open {@link org.reckoning.graph.autodiff.Differentiator} first, then {@link
 * org.reckoning.graph.autodiff.ReverseMode} and {@link org.reckoning.graph.autodiff.ForwardMode}
 * (the drivers, which know no op), then one family of rules, say {@link
 * org.reckoning.graph.autodiff.ElementwiseRules}. The package knows nothing of GPT-2 or of
 * RECKONING.
 */
@NullMarked
package org.reckoning.graph.autodiff;

import org.jspecify.annotations.NullMarked;
