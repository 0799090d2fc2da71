package org.reckoning.trainer.tensors;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TNumber;

/**
 * Reads a TensorFlow checkpoint, {@code PREFIX.index} and {@code PREFIX.data-00000-of-00001}, one
 * tensor at a time. The graph that wrote it is not needed.
 */
public final class CheckpointFile implements AutoCloseable {
  private final Path prefix;
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TString> file;
  private final Operand<TString> tensor;
  private final Operand<TFloat32> value;

  private CheckpointFile(Path prefix, Class<? extends TNumber> type) {
    this.prefix = prefix;
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    tensor = tf.placeholder(TString.class, Placeholder.shape(Shape.of(1)));
    Operand<TString> whole = tf.constant(StandardCharsets.UTF_8, new String[] {""});
    Operand<? extends TNumber> stored =
        tf.train.restore(file, tensor, whole, List.of(type)).tensors().get(0).expect(type);
    value = tf.dtypes.cast(stored, TFloat32.class);
    session = new Session(graph);
  }

  /**
   * Opens a checkpoint.
   *
   * @param prefix common prefix of the files
   * @param type element type of the tensors to read
   * @throws WeightsFormatException if no checkpoint has this prefix
   */
  public static CheckpointFile open(Path prefix, Class<? extends TNumber> type) throws IOException {
    if (!Files.isRegularFile(Path.of(prefix + ".index"))) {
      throw new WeightsFormatException(
          prefix, "must be the prefix of a checkpoint, with %s.index".formatted(prefix));
    }
    return new CheckpointFile(prefix, type);
  }

  /**
   * Reads a tensor, rounded to float32.
   *
   * @param shape required shape; the stored tensor may have one more axis of length 1 in front
   * @return the tensor, reshaped to {@code shape}; the caller closes it
   * @throws WeightsFormatException if the tensor is missing, has another shape or type, or the
   *     files are damaged
   */
  public TFloat32 read(String name, Shape shape) throws IOException {
    TFloat32 read = restore(name);
    if (read.shape().equals(shape)) {
      return read;
    }
    try (read) {
      if (!read.shape().equals(shape.prepend(1))) {
        throw new WeightsFormatException(
            prefix,
            "tensor %s must have shape %s but has %s".formatted(quote(name), shape, read.shape()));
      }
      return TFloat32.tensorOf(shape, FloatTensors.data(read));
    }
  }

  /** Returns whether a tensor of this name can be read. */
  public boolean has(String name) {
    try {
      restore(name).close();
      return true;
    } catch (WeightsFormatException e) {
      return false;
    }
  }

  private TFloat32 restore(String name) throws WeightsFormatException {
    try (TString from = TString.scalarOf(prefix.toString());
        TString what = TString.tensorOf(NdArrays.vectorOfObjects(name))) {
      return (TFloat32)
          session.runner().feed(file, from).feed(tensor, what).fetch(value).run().get(0);
    } catch (TensorFlowException | IllegalArgumentException e) { // the latter: another type
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new WeightsFormatException(
          prefix, "tensor %s cannot be read: %s".formatted(quote(name), quote(reason)));
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
