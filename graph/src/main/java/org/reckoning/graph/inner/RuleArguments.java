package org.reckoning.graph.inner;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TNumber;

/**
 * Arguments of the update rule U, for all adapted weights or for one block.
 *
 * @param iterate theta_k and the state of the inner optimizer
 * @param rates inner rates of this step, one for each weight [J]
 * @param step number of this step, starting at 1, a scalar
 * @param gradient g of each weight, by name [N, ...]
 */
record RuleArguments<T extends TNumber>(
    Iterate<T> iterate, Operand<T> rates, Operand<T> step, Map<String, Operand<T>> gradient) {
  static final String RATES = "rates";
  static final String STEP = "step";
  static final String GRADIENT = "gradient";

  /** Returns the arguments of a segment that applies U to some weights. */
  static Specs specs(
      List<String> slots, Map<String, Shape> weights, Class<? extends TNumber> type) {
    return new Specs()
        .all(Iterate.specs(slots, weights, type))
        .tensor(RATES, type, Shape.of(weights.size()))
        .tensor(STEP, type, Shape.scalar())
        .tensors(GRADIENT, type, weights);
  }

  /** Reads the arguments of a segment that applies U. */
  static <T extends TNumber> RuleArguments<T> of(Tensors in, List<String> slots, Class<T> type) {
    return new RuleArguments<>(
        Iterate.of(in, slots, type),
        in.get(RATES, type),
        in.get(STEP, type),
        in.under(GRADIENT, type));
  }

  /** Returns the arguments by name, for a segment. */
  Tensors named() {
    return iterate.named().put(RATES, rates).put(STEP, step).putAll(GRADIENT, gradient);
  }
}
