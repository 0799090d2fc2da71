package org.reckoning.graph.gpt2;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Matrix products of all texts of a task with the keys or values of their prefix. The rows of all
 * texts are one matrix, so the prefix is read once and never copied.
 */
final class PrefixProduct {
  private PrefixProduct() {}

  /**
   * Emits {@code x y^T} for each head.
   *
   * @param x rows [N, B, H, T, D]
   * @param y keys of the prefix [N, 1, H, P, D]
   * @return [N, B, H, T, P]
   */
  static <T extends TNumber> Operand<T> ofTransposed(Ops tf, Operand<T> x, Operand<T> y) {
    return of(tf, x, y, true);
  }

  /**
   * Emits the weighted sums of the values of a prefix and of the tokens after it.
   *
   * @param weights attention weights [N, B, H, T, P+M]
   * @param prefix values of the prefix [N, 1, H, P, D]
   * @param own values of the tokens after it [N, B, H, M, D]
   * @return [N, B, H, T, D]
   */
  static <T extends TNumber> Operand<T> mixed(
      Ops tf, Operand<T> weights, Operand<T> prefix, Operand<T> own) {
    long p = prefix.shape().get(3);
    Operand<T> ofPrefix = of(tf, columns(tf, weights, 0, p), prefix, false);
    Operand<T> ofOwn =
        tf.train.batchMatMul(columns(tf, weights, p, own.shape().get(3)), own, own.type());
    return tf.math.add(ofPrefix, ofOwn);
  }

  private static <T extends TNumber> Operand<T> columns(
      Ops tf, Operand<T> x, long from, long count) {
    long[] begin = {0, 0, 0, 0, from};
    long[] size = x.shape().take(4).append(count).asArray();
    return tf.slice(x, tf.constant(begin), tf.constant(size));
  }

  private static <T extends TNumber> Operand<T> of(
      Ops tf, Operand<T> x, Operand<T> y, boolean transposed) {
    BatchMatMul.Options[] options = {BatchMatMul.adjY(transposed)};
    Shape rows = x.shape();
    long n = rows.get(0);
    long b = rows.get(1);
    if (b == 1) {
      return tf.train.batchMatMul(x, y, x.type(), options);
    }
    long h = rows.get(2);
    long t = rows.get(3);
    Operand<TInt32> byHead = tf.constant(new int[] {0, 2, 1, 3, 4});
    x = tf.linalg.transpose(x, byHead); // [N, H, B, T, E]
    x = tf.reshape(x, tf.constant(new long[] {n, 1, h, b * t, rows.get(4)}));
    Operand<T> product = tf.train.batchMatMul(x, y, x.type(), options);
    product = tf.reshape(product, tf.constant(new long[] {n, h, b, t, -1}));
    return tf.linalg.transpose(product, byHead);
  }
}
