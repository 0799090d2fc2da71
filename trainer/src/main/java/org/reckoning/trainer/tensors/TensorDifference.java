package org.reckoning.trainer.tensors;

import java.io.IOException;
import org.tensorflow.types.TFloat32;

/**
 * The difference of two tensors of the same shape.
 *
 * @param largest largest absolute difference of two elements; infinite if one is NaN or infinite
 *     and the other differs
 * @param differing number of elements that differ
 * @param elements number of elements
 */
public record TensorDifference(double largest, long differing, long elements) {
  /**
   * Compares two tensors element by element. Zeros of both signs are equal, and so are all NaN.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static TensorDifference of(TFloat32 a, TFloat32 b) throws IOException {
    if (!a.shape().equals(b.shape())) {
      throw new IllegalArgumentException(
          "shapes (%s and %s) must be equal".formatted(a.shape(), b.shape()));
    }
    Comparison comparison = new Comparison(b);
    FloatTensors.forEach(a, comparison);
    return new TensorDifference(comparison.largest, comparison.differing, a.shape().size());
  }

  /** Compares chunks with the same elements of another tensor. */
  private static final class Comparison implements FloatTensors.Chunks {
    private final TFloat32 other;
    private float[] others = new float[0];
    private long done;
    private double largest;
    private long differing;

    Comparison(TFloat32 other) {
      this.other = other;
    }

    @Override
    public void next(float[] chunk, int count) {
      if (others.length < count) {
        others = new float[chunk.length];
      }
      FloatTensors.data(other).offset(done).read(others, 0, count);
      for (int i = 0; i < count; i++) {
        if (chunk[i] != others[i] && !(Float.isNaN(chunk[i]) && Float.isNaN(others[i]))) {
          double difference = Math.abs((double) chunk[i] - others[i]);
          differing++;
          largest =
              Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        }
      }
      done += count;
    }
  }
}
