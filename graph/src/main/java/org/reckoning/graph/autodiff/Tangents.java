package org.reckoning.graph.autodiff;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * A list of tangents or cotangents, one for each tensor of a list. A structural zero is null, not a
 * tensor of zeros: nothing is computed for it.
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

  /** Returns the number of tensors. */
  public int size() {
    return values.size();
  }

  /** Returns the tangent of tensor {@code i}, or null if it is a structural zero. */
  public @Nullable Operand<TNumber> get(int i) {
    return values.get(i);
  }

  /** Returns the tangent of tensor {@code i}; emits zeros if it is a structural zero. */
  public Operand<TNumber> orZero(int i) {
    Operand<TNumber> value = values.get(i);
    return value != null ? value : emitter.zeros(primals.get(i));
  }

  /** Returns all tangents, with null for structural zeros. */
  public List<@Nullable Operand<TNumber>> toList() {
    return values;
  }
}
