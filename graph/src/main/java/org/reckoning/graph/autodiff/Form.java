package org.reckoning.graph.autodiff;

import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * How an op combines its inputs, in the few ways that {@link Rewrites} use. {@link Forms} lists the
 * op types that have a form.
 */
sealed interface Form {
  /** The sum {@code a + b} of two tensors of the same shape. */
  record Sum(Operand<TNumber> a, Operand<TNumber> b) implements Form {}

  /** The elementwise product {@code a b} of two tensors of the same shape. */
  record Product(Operand<TNumber> a, Operand<TNumber> b) implements Form {}

  /** A tensor x times a scalar. */
  record Multiple(Operand<TNumber> scalar, Operand<TNumber> x) implements Form {}

  /** The negative {@code -x}. */
  record Negative(Operand<TNumber> x) implements Form {}

  /** The elements of x in another shape. */
  record View(Operand<TNumber> x) implements Form {}

  /** The elements of x, in float32 or float64, rounded to bfloat16. */
  record Rounded(Operand<TNumber> x) implements Form {}

  /**
   * A function that is linear in one input, which is often much smaller than the output.
   *
   * @param input index of that input
   */
  record Linear(int input) implements Form {}
}
