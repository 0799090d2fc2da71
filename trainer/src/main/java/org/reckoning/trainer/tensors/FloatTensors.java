package org.reckoning.trainer.tensors;

import java.io.IOException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/** Moves the elements of large tensors through a small array, which stays in the cache. */
public final class FloatTensors {
  private static final int CHUNK = 1 << 16;

  private FloatTensors() {}

  /** Gives, or takes, the next elements of a tensor. */
  @FunctionalInterface
  public interface Chunks {
    /**
     * Does something with the next elements, or sets them.
     *
     * @param chunk the elements, in its first {@code count} places
     */
    void next(float[] chunk, int count) throws IOException;
  }

  /** Returns a new tensor of what is given, the last axis fastest; the caller closes it. */
  public static TFloat32 filled(Shape shape, Chunks source) throws IOException {
    TFloat32 tensor = TFloat32.tensorOf(shape);
    try {
      FloatDataBuffer data = data(tensor);
      float[] chunk = chunk(shape);
      int count;
      for (long done = 0; done < shape.size(); done += count) {
        count = (int) Math.min(chunk.length, shape.size() - done);
        source.next(chunk, count);
        data.offset(done).write(chunk, 0, count);
      }
      return tensor;
    } catch (IOException | RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /** Hands over the elements of a tensor, the last axis fastest. */
  public static void forEach(TFloat32 tensor, Chunks sink) throws IOException {
    FloatDataBuffer data = data(tensor);
    float[] chunk = chunk(tensor.shape());
    int count;
    for (long done = 0; done < tensor.shape().size(); done += count) {
      count = (int) Math.min(chunk.length, tensor.shape().size() - done);
      data.offset(done).read(chunk, 0, count);
      sink.next(chunk, count);
    }
  }

  /** Returns the first rows of a matrix, copied; the caller closes both. */
  public static TFloat32 firstRows(TFloat32 matrix, long rows) throws IOException {
    return copied(matrix, 0, rows);
  }

  /** Returns the rows of a matrix from one on, copied; the caller closes both. */
  public static TFloat32 rowsFrom(TFloat32 matrix, long first) throws IOException {
    return copied(matrix, first, matrix.shape().get(0) - first);
  }

  private static TFloat32 copied(TFloat32 matrix, long first, long rows) throws IOException {
    long width = matrix.shape().get(1);
    FloatDataBuffer from = data(matrix);
    long[] next = {first * width};
    return filled(
        Shape.of(rows, width),
        (chunk, count) -> {
          from.offset(next[0]).read(chunk, 0, count);
          next[0] += count;
        });
  }

  /** Returns the rows of two matrices in one; the caller closes all. */
  public static TFloat32 stacked(TFloat32 top, TFloat32 bottom) {
    TFloat32 both =
        TFloat32.tensorOf(Shape.of(top.shape().get(0) + bottom.shape().get(0), top.shape().get(1)));
    data(top).copyTo(data(both), top.shape().size());
    data(bottom).copyTo(data(both).offset(top.shape().size()), bottom.shape().size());
    return both;
  }

  /** Returns the elements of a tensor, the last axis fastest. */
  public static FloatDataBuffer data(TFloat32 tensor) {
    return tensor.asRawTensor().data().asFloats();
  }

  private static float[] chunk(Shape shape) {
    return new float[(int) Math.min(CHUNK, shape.size())];
  }
}
