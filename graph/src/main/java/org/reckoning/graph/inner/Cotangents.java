package org.reckoning.graph.inner;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Cotangents in the backward pass through the inner loop.
 *
 * @param iterate d_theta and d_state, the cotangents of the iterate that a step returns
 * @param shared cotangents of the trained shared weights, accumulated so far [1, ...]
 */
public record Cotangents<T extends TNumber>(Iterate<T> iterate, Map<String, Operand<T>> shared) {
  public static final String D_SHARED = "d_shared";
  public static final String D_RATES = "d_rates";
}
