package org.reckoning.graph.gpt2;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Lookup of embeddings in the tables of all tasks, by a single gather. */
final class Embedding {
  private Embedding() {}

  /**
   * Emits the rows of a table [N, B, T, C].
   *
   * @param table embeddings [N|1, R, C]
   * @param numbers numbers of the rows [N, B, T]
   */
  static <T extends TNumber> Operand<T> rows(Ops tf, Operand<T> table, Operand<TInt32> numbers) {
    long n = numbers.shape().get(0);
    long r = table.shape().get(1);
    long c = table.shape().get(2);
    boolean shared = table.shape().get(0) == 1;
    // The tables of all tasks are seen as one table: row n R + number.
    int[] firstRows = new int[(int) n];
    for (int task = 0; task < n; task++) {
      firstRows[task] = shared ? 0 : task * (int) r;
    }
    Operand<TInt32> offsets = tf.reshape(tf.constant(firstRows), tf.constant(new long[] {n, 1, 1}));
    Operand<T> rows = tf.reshape(table, tf.constant(new long[] {-1, c}));
    return tf.gather(rows, tf.math.add(numbers, offsets), tf.constant(0));
  }
}
