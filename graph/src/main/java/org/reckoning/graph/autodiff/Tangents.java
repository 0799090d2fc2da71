package org.reckoning.graph.autodiff;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * One tangent or cotangent for each of some tensors, in their order. A structural zero is a marker
 * (null), not a tensor of zeros: nothing is computed for it.
 */
public final class Tangents {
  private final Emitter emitter;
  private final List<Operand<TNumber>> primals;
  private final List<@Nullable Operand<TNumber>> values;

  Tangents(
      Emitter emitter, List<Operand<TNumber>> primals, List<@Nullable Operand<TNumber>> values) {
    this.emitter = emitter;
    this.primals = primals;
    this.values = Collections.unmodifiableList(values);
  }

  /** Returns how many tensors there are. */
  public int size() {
    return values.size();
  }

  /** Returns the tangent of tensor {@code i}, or null where it is zero. */
  public @Nullable Operand<TNumber> get(int i) {
    return values.get(i);
  }

  /**
   * Returns the tangent of tensor {@code i}, as a tensor of zeros where it is a structural zero.
   */
  public Operand<TNumber> orZero(int i) {
    Operand<TNumber> value = values.get(i);
    return value != null ? value : emitter.zeros(primals.get(i));
  }

  /** Returns all tangents, null where they are zero. */
  public List<@Nullable Operand<TNumber>> toList() {
    return values;
  }
}
