package org.reckoning.graph.gpt2;

/**
 * The dtype of the operands of matrix products of activations and weights. Results, sums and
 * everything else have the dtype of the model.
 */
public enum MatmulDtype {
  /** The dtype of the model. The default. */
  FLOAT32,
  /**
   * Operands are rounded to bfloat16, which has 8 significant bits, in all products: forward,
   * derivatives and derivatives of those. The model must be in float32.
   */
  BFLOAT16
}
