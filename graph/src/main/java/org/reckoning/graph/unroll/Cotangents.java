package org.reckoning.graph.unroll;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Cotangents on the way back through the inner loop.
 *
 * @param iterate cotangent of the iterate that a step returns
 * @param shared cotangents of the trained weights that the tasks share, all of it so far [1, ...]
 */
record Cotangents<T extends TNumber>(Iterate<T> iterate, Map<String, Operand<T>> shared) {
  static final String D_SHARED = "d_shared";
  static final String D_RATES = "d_rates";
}
