package org.reckoning.graph.gpt2;

import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A bias that is added to attention scores: 0 for visible keys, a large negative number for hidden
 * ones. The softmax of a hidden key is exactly 0.
 */
final class AttentionBias {
  private static final double HIDDEN = -1e9;

  private AttentionBias() {}

  /**
   * Emits the bias of a plain pass [N, B, 1, T, T]: query i sees key j if {@code j <= i} and {@code
   * j < length}.
   *
   * @param ids shape of the tokens [N, B, T]
   * @param lengths number of real tokens of each sequence [N, B]
   */
  static <T extends TNumber> Operand<T> causal(
      Ops tf, Class<T> type, Shape ids, Operand<TInt32> lengths) {
    long t = ids.get(2);
    Operand<TInt32> position = tf.range(tf.constant(0), tf.constant((int) t), tf.constant(1));
    Operand<TInt32> query = tf.reshape(position, tf.constant(new long[] {t, 1}));
    Operand<TBool> causal = tf.math.lessEqual(position, query); // [T, T]
    Operand<TInt32> length =
        tf.reshape(lengths, tf.constant(new long[] {ids.get(0), ids.get(1), 1, 1, 1}));
    Operand<TBool> real = tf.math.less(position, length); // [N, B, 1, 1, T]
    return of(tf, tf.math.logicalAnd(causal, real), type);
  }

  /** Emits the bias of keys that are visible or not. */
  static <T extends TNumber> Operand<T> of(Ops tf, Operand<TBool> visible, Class<T> type) {
    return tf.select(visible, Scalars.of(tf, type, 0), Scalars.of(tf, type, HIDDEN));
  }
}
