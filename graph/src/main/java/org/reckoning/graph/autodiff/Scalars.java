package org.reckoning.graph.autodiff;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** Constant scalars of any floating-point dtype. */
public final class Scalars {
  private Scalars() {}

  /**
   * Emits a scalar constant.
   *
   * @param type {@link TFloat32}, {@link TFloat64} or {@link TBfloat16}
   * @throws IllegalArgumentException for any other dtype
   */
  @SuppressWarnings("unchecked") // each branch has tested the dtype
  public static <T extends TNumber> Operand<T> of(Ops tf, Class<T> type, double value) {
    if (type == TFloat32.class) {
      return (Operand<T>) tf.constant((float) value);
    }
    if (type == TFloat64.class) {
      return (Operand<T>) tf.constant(value);
    }
    if (type == TBfloat16.class) {
      try (TBfloat16 scalar = TBfloat16.scalarOf((float) value)) {
        return (Operand<T>) tf.constantOf(scalar);
      }
    }
    throw new IllegalArgumentException(
        "dtype (%s) must be TFloat32, TFloat64 or TBfloat16 to have derivatives"
            .formatted(type.getSimpleName()));
  }
}
