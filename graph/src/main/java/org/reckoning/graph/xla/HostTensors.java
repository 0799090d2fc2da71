package org.reckoning.graph.xla;

import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Arrays to tensors and back, for the two dtypes in which a program can run. */
public final class HostTensors {
  private HostTensors() {}

  /**
   * Copies numbers into a tensor.
   *
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the shape has another number of elements
   */
  public static Tensor of(Class<? extends TNumber> type, Shape shape, double... values) {
    requireSize(shape, values.length);
    if (type == TFloat64.class) {
      return TFloat64.tensorOf(shape, DataBuffers.of(values));
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return TFloat32.tensorOf(shape, DataBuffers.of(floats));
  }

  /** Copies numbers into an int32 tensor. */
  public static Tensor of(Shape shape, int... values) {
    requireSize(shape, values.length);
    return TInt32.tensorOf(shape, DataBuffers.of(values));
  }

  /** Copies a float32 or float64 tensor into an array. */
  public static double[] toDoubles(Tensor tensor) {
    double[] values = new double[(int) tensor.shape().size()];
    if (tensor instanceof TFloat64 doubles) {
      doubles.asRawTensor().data().asDoubles().read(values);
      return values;
    }
    float[] floats = new float[values.length];
    ((TFloat32) tensor).asRawTensor().data().asFloats().read(floats);
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  private static void requireSize(Shape shape, int count) {
    if (shape.size() != count) {
      throw new IllegalArgumentException(
          "values (%d) must be as many as the elements of shape %s (%d)"
              .formatted(count, shape, shape.size()));
    }
  }
}
