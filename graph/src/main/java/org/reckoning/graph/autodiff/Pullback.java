package org.reckoning.graph.autodiff;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Reverse-mode rule of an op type: maps cotangents of the op's outputs to the cotangent of one
 * input.
 */
@FunctionalInterface
public interface Pullback {
  /**
   * Emits the cotangent of one input. The driver calls the rule only for inputs that depend on an
   * independent variable. It sums the result over broadcast axes and checks shape and dtype.
   *
   * @param node the op that is differentiated
   * @param dy cotangents of its outputs; at least one is not zero
   * @param input index of the input
   * @return the cotangent, in the shape of the input or in the shape that the input is broadcast
   *     to; null for zero
   */
  @Nullable Operand<TNumber> apply(Node node, Tangents dy, int input);
}
