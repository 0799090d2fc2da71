package org.reckoning.graph.optimizer;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/** State of an optimizer for one weight. */
final class Slots {
  private Slots() {}

  static <T extends TNumber> Operand<T> get(Map<String, Operand<T>> state, String slot) {
    Operand<T> value = state.get(slot);
    if (value == null) {
      throw new IllegalArgumentException(
          "no optimizer state '" + slot + "'; given: " + state.keySet());
    }
    return value;
  }
}
