/**
 * Inner optimizers as differentiable functions of weight, state, gradient and rate. Open {@link
 * org.reckoning.graph.optimizer.InnerOptimizer} first.
 */
@NullMarked
package org.reckoning.graph.optimizer;

import org.jspecify.annotations.NullMarked;
