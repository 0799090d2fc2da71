package org.reckoning.graph.gpt2;

import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.runtime.CpuRuntime;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Products of activations x and weights w, in the form that the kernels for CPUs compute fastest.
 *
 * <pre>{@code
 * x [N, M, in]      M rows for each of N tasks
 * w [N|1, in, out]  one matrix for each task, or one that all tasks share
 * }</pre>
 *
 * <ul>
 *   <li>Some kernels are several times slower if the larger operand is transposed ({@link
 *       CpuRuntime}). For them {@code x w^T} is computed as {@code (w x^T)^T}.
 *   <li>XLA's kernel for a single row has a tenth of the speed of that for two rows. So a single
 *       row gets a second row of zeros.
 *   <li>With shared weights, the rows of all tasks are one long batch.
 * </ul>
 *
 * @param dtype dtype of the operands
 */
record MatrixProduct(MatmulDtype dtype) {

  /** Emits {@code x w} [N, M, out]. */
  <T extends TNumber> Operand<T> of(Ops tf, Operand<T> x, Operand<T> w) {
    return product(tf, x, w, false);
  }

  /** Emits {@code x w^T} [N, M, out] for w [N|1, out, in]. */
  <T extends TNumber> Operand<T> ofTransposed(Ops tf, Operand<T> x, Operand<T> w) {
    return product(tf, x, w, true);
  }

  private <T extends TNumber> Operand<T> product(
      Ops tf, Operand<T> x, Operand<T> w, boolean transposeW) {
    long n = x.shape().get(0);
    long m = x.shape().get(1);
    boolean shared = n > 1 && w.shape().get(0) == 1;
    if (m == 1 && !shared) {
      return firstRow(tf, product(tf, withSecondRow(tf, x), w, transposeW));
    }
    Operand<T> rows =
        shared ? tf.reshape(x, tf.constant(new long[] {1, n * m, x.shape().get(2)})) : x;
    Operand<T> y;
    if (transposeW && CpuRuntime.avoidsTransposedRight()) {
      y = rounded(tf, w, rows, true); // [N|1, out, M]
      y = tf.linalg.transpose(y, tf.constant(new int[] {0, 2, 1}));
    } else {
      y = rounded(tf, rows, w, transposeW);
    }
    return shared ? tf.reshape(y, tf.constant(new long[] {n, m, y.shape().get(2)})) : y;
  }

  /** Emits {@code a b} or {@code a b^T} of operands in the dtype of products. */
  private <T extends TNumber> Operand<T> rounded(
      Ops tf, Operand<T> a, Operand<T> b, boolean transposeB) {
    Operand<? extends TNumber> left = a;
    Operand<? extends TNumber> right = b;
    if (dtype == MatmulDtype.BFLOAT16) {
      left = tf.dtypes.cast(a, TBfloat16.class);
      right = tf.dtypes.cast(b, TBfloat16.class);
    }
    return tf.train.batchMatMul(left, right, a.type(), BatchMatMul.adjY(transposeB));
  }

  private static <T extends TNumber> Operand<T> withSecondRow(Ops tf, Operand<T> x) {
    Operand<TInt32> below = tf.constant(new int[][] {{0, 0}, {0, 1}, {0, 0}});
    return tf.pad(x, below, Scalars.of(tf, x.type(), 0));
  }

  private static <T extends TNumber> Operand<T> firstRow(Ops tf, Operand<T> x) {
    long[] size = {x.shape().get(0), 1, x.shape().get(2)};
    return tf.slice(x, tf.constant(new long[3]), tf.constant(size));
  }
}
