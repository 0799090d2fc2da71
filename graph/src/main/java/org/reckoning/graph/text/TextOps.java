package org.reckoning.graph.text;

import java.io.ByteArrayOutputStream;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Combinations of ops on vectors of unknown length. */
final class TextOps {
  private static final DeviceSpec HOST =
      DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).deviceIndex(0).build();

  private TextOps() {}

  /** Returns ops on the CPU, where texts are, of a machine with or without a GPU. */
  static Ops onHost(Ops tf) {
    return tf.withDevice(HOST);
  }

  /** Emits the indices of the true values of a vector. */
  static Operand<TInt32> places(Ops tf, Operand<TBool> values) {
    return tf.dtypes.cast(tf.reshape(tf.where(values), tf.constant(new int[] {-1})), TInt32.class);
  }

  /** Emits the indices of a vector: 0, 1, .. */
  static Operand<TInt32> indices(Ops tf, Operand<?> vector) {
    return tf.range(tf.constant(0), tf.size(vector), tf.constant(1));
  }

  /**
   * Emits the place of each value in a sorted vector: the number of smaller entries.
   *
   * @param sorted ascending [n]
   * @param values to search [m]
   * @return from 0 to n [m]
   */
  static Operand<TInt32> search(Ops tf, Operand<TInt64> sorted, Operand<TInt64> values) {
    return flat(tf, tf.lowerBound(row(tf, sorted), row(tf, values)));
  }

  /**
   * Emits the number of the part that each element is in, of parts one after the other.
   *
   * @param lengths of the parts [n]
   * @param count sum of the lengths m, a scalar
   * @return from 0 to n - 1 [m]
   */
  static Operand<TInt32> parts(Ops tf, Operand<TInt32> lengths, Operand<TInt32> count) {
    Operand<TInt32> ends = tf.math.cumsum(lengths, tf.constant(0));
    Operand<TInt32> elements = tf.range(tf.constant(0), count, tf.constant(1));
    return flat(tf, tf.upperBound(row(tf, ends), row(tf, elements)));
  }

  private static <T extends TNumber> Operand<T> row(Ops tf, Operand<T> vector) {
    return tf.expandDims(vector, tf.constant(0));
  }

  private static <T extends TNumber> Operand<T> flat(Ops tf, Operand<T> row) {
    return tf.reshape(row, tf.constant(new int[] {-1}));
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
