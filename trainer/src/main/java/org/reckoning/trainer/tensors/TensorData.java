package org.reckoning.trainer.tensors;

import java.io.IOException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** A tensor to write; two in the Java heap are equal only if they share their array. */
@SuppressWarnings("ArrayRecordComponent") // weights are large: no copies, no comparison by value
public sealed interface TensorData {
  /** Returns the shape. */
  Shape shape();

  /**
   * A tensor of single precision that is somewhere else until it is written.
   *
   * @param shape the shape
   * @param reader gives the tensor, which whoever called it closes
   */
  record Lazy(Shape shape, Reader reader) implements TensorData {}

  /** Gives a tensor. */
  @FunctionalInterface
  interface Reader {
    /** Returns a new tensor, which the caller closes. */
    TFloat32 read() throws IOException;
  }

  /**
   * A tensor of single precision.
   *
   * @param shape the shape
   * @param values the elements, the last axis fastest, as many as the shape has; not copied
   */
  record Floats(Shape shape, float[] values) implements TensorData {
    /**
     * Checks the number of elements.
     *
     * @throws IllegalArgumentException if it is not that of the shape
     */
    public Floats {
      requireSize(shape, values.length);
    }
  }

  /**
   * A tensor of double precision.
   *
   * @param shape the shape
   * @param values the elements, the last axis fastest, as many as the shape has; not copied
   */
  record Doubles(Shape shape, double[] values) implements TensorData {
    /**
     * Checks the number of elements.
     *
     * @throws IllegalArgumentException if it is not that of the shape
     */
    public Doubles {
      requireSize(shape, values.length);
    }
  }

  private static void requireSize(Shape shape, int length) {
    if (shape.size() != length) {
      throw new IllegalArgumentException(
          "a tensor of shape %s must have %d elements but has %d"
              .formatted(shape, shape.size(), length));
    }
  }
}
