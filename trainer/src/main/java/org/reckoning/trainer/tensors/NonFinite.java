package org.reckoning.trainer.tensors;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import java.io.IOException;
import java.nio.file.Path;
import org.tensorflow.types.TFloat32;

/**
 * Numbers of elements of a tensor that are NaN or infinite.
 *
 * @param nan elements that are NaN
 * @param infinite elements that are infinite or exceed float32
 */
public record NonFinite(long nan, long infinite) {
  /** The bits of infinity; those of NaN are larger. */
  private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  /** Counts the non-finite elements of a tensor. */
  public static NonFinite in(TFloat32 tensor) throws IOException {
    long[] counts = {0, 0};
    FloatTensors.forEach(
        tensor,
        (values, count) -> {
          int largest = 0; // bits of the largest magnitude: this loop is vectorized
          for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
          }
          if (largest >= INFINITY) {
            count(values, count, counts);
          }
        });
    return new NonFinite(counts[0], counts[1]);
  }

  private static void count(float[] values, int count, long[] counts) {
    for (int i = 0; i < count; i++) {
      counts[0] += Float.isNaN(values[i]) ? 1 : 0;
      counts[1] += Float.isInfinite(values[i]) ? 1 : 0;
    }
  }

  /**
   * Returns the tensor if all its elements are finite; otherwise closes it and fails.
   *
   * @param path the source of the tensor, for the message
   * @throws WeightsFormatException with the name of the tensor and the numbers of such elements
   */
  public static TFloat32 checked(Path path, String name, TFloat32 tensor) throws IOException {
    try {
      NonFinite found = in(tensor);
      if (found.isNone()) {
        return tensor;
      }
      throw new WeightsFormatException(
          path,
          "tensor %s has %s among its %d numbers but all must be finite; take weights from before training diverged ('reckoning model info' lists all such tensors)"
              .formatted(quote(name), found, tensor.shape().size()));
    } catch (IOException | RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /** Returns whether all elements are finite. */
  public boolean isNone() {
    return nan == 0 && infinite == 0;
  }

  @Override
  public String toString() {
    return nan == 0
        ? infinite + " infinite"
        : nan + " NaN" + (infinite == 0 ? "" : " and %d infinite".formatted(infinite));
  }
}
