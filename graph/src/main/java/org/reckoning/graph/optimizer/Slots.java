package org.reckoning.graph.optimizer;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/** Access to the state of an optimizer for one weight. */
final class Slots {
  private Slots() {}

  /**
   * Returns a tensor of the state.
   *
   * @throws IllegalArgumentException if the state lacks the slot
   */
  static <T extends TNumber> Operand<T> get(Map<String, Operand<T>> state, String slot) {
    Operand<T> value = state.get(slot);
    if (value == null) {
      throw new IllegalArgumentException(
          "no optimizer state '%s'; given: %s".formatted(slot, state.keySet()));
    }
    return value;
  }
}
