package org.reckoning.trainer.tensors;

import java.io.IOException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/** Operations on large float32 tensors, in chunks that fit into the cache of the processor. */
public final class FloatTensors {
  private static final int CHUNK = 1 << 16;

  private FloatTensors() {}

  /** A source or a sink of the elements of a tensor, one chunk after another. */
  @FunctionalInterface
  public interface Chunks {
    /**
     * Uses the next elements, or sets them.
     *
     * @param chunk holds the elements in its first {@code count} places
     */
    void next(float[] chunk, int count) throws IOException;
  }

  /**
   * Returns a new tensor with the elements of a source, last axis fastest; the caller closes it.
   */
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

  /** Passes the elements of a tensor to a sink, last axis fastest. */
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

  /** Returns a copy of the first rows of a matrix; the caller closes it. */
  public static TFloat32 firstRows(TFloat32 matrix, long rows) throws IOException {
    return copied(matrix, 0, rows);
  }

  /** Returns a copy of the rows of a matrix from row {@code first} on; the caller closes it. */
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

  /**
   * Returns a new matrix with the rows of {@code top}, then those of {@code bottom}; the caller
   * closes it.
   */
  public static TFloat32 stacked(TFloat32 top, TFloat32 bottom) {
    TFloat32 both =
        TFloat32.tensorOf(Shape.of(top.shape().get(0) + bottom.shape().get(0), top.shape().get(1)));
    data(top).copyTo(data(both), top.shape().size());
    data(bottom).copyTo(data(both).offset(top.shape().size()), bottom.shape().size());
    return both;
  }

  /** Returns the memory of a tensor, last axis fastest. */
  public static FloatDataBuffer data(TFloat32 tensor) {
    return tensor.asRawTensor().data().asFloats();
  }

  private static float[] chunk(Shape shape) {
    return new float[(int) Math.min(CHUNK, shape.size())];
  }
}
