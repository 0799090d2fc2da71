package org.reckoning.trainer.tensors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.Json;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Writes safetensors files of F32 and F64, which {@link SafetensorsFile} and Hugging Face can read.
 */
public final class SafetensorsWriter {
  /** The transformers library refuses files without this entry. */
  private static final Map<String, String> PYTORCH_LAYOUT = Map.of("format", "pt");

  private static final int CHUNK_BYTES = 1 << 20;

  private SafetensorsWriter() {}

  /**
   * Writes tensors with the metadata {@code {"format": "pt"}}.
   *
   * @see #write(Path, Map, Map)
   */
  public static void write(Path file, Map<String, ? extends TensorData> tensors)
      throws IOException {
    write(file, tensors, PYTORCH_LAYOUT);
  }

  /**
   * Writes tensors; the file appears only when it is complete. Only one {@link TensorData.Lazy} is
   * in memory at a time. Doubles go before floats, which keeps every tensor aligned; otherwise the
   * order of the map is kept.
   *
   * @param file the file; replaced if it exists
   * @param tensors name to tensor
   * @param metadata the entries of {@code __metadata__}
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__}
   */
  public static void write(
      Path file, Map<String, ? extends TensorData> tensors, Map<String, String> metadata)
      throws IOException {
    if (tensors.containsKey(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException(
          "%s: a tensor must not be called '%s'".formatted(file, SafetensorsHeader.METADATA));
    }
    var ordered =
        tensors.entrySet().stream()
            .<Map.Entry<String, ? extends TensorData>>map(entry -> entry)
            .sorted(Comparator.comparing(entry -> dtype(entry.getValue()))) // F64 < F32
            .toList();
    try (AtomicOutput output = AtomicOutput.open(file)) {
      OutputStream out = output.stream();
      write(out, header(ordered, metadata));
      for (var tensor : ordered) {
        writeData(out, tensor.getValue());
      }
      output.commit();
    }
  }

  /** Returns the length of the header, then the header, padded with spaces to a multiple of 8. */
  private static ByteBuffer header(
      List<? extends Map.Entry<String, ? extends TensorData>> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode header = Json.PLAIN.createObjectNode();
    header.set(SafetensorsHeader.METADATA, Json.PLAIN.valueToTree(metadata));
    long offset = 0;
    for (var tensor : tensors) {
      DType dtype = dtype(tensor.getValue());
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", dtype.name());
      entry.set("shape", Json.PLAIN.valueToTree(tensor.getValue().shape().asArray()));
      long end = offset + tensor.getValue().shape().size() * dtype.bytes();
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = Json.PLAIN.writeValueAsBytes(header);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer buffer = littleEndian(SafetensorsFile.LENGTH_BYTES + padded);
    buffer.putLong(padded).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static void writeData(OutputStream out, TensorData tensor) throws IOException {
    ByteBuffer chunk = littleEndian(CHUNK_BYTES);
    if (tensor instanceof TensorData.Lazy lazy) {
      writeRead(out, lazy, chunk);
      return;
    }
    int bytes = dtype(tensor).bytes();
    int size = (int) tensor.shape().size();
    int count;
    for (int done = 0; done < size; done += count) {
      count = Math.min(size - done, CHUNK_BYTES / bytes);
      chunk.clear().limit(count * bytes);
      if (tensor instanceof TensorData.Floats floats) {
        chunk.asFloatBuffer().put(floats.values(), done, count);
      } else if (tensor instanceof TensorData.Doubles doubles) {
        chunk.asDoubleBuffer().put(doubles.values(), done, count);
      }
      write(out, chunk);
    }
  }

  private static void writeRead(OutputStream out, TensorData.Lazy lazy, ByteBuffer chunk)
      throws IOException {
    try (TFloat32 read = lazy.reader().read()) {
      if (!read.shape().equals(lazy.shape())) {
        throw new IllegalArgumentException(
            "tensor to write must have shape %s but has %s".formatted(lazy.shape(), read.shape()));
      }
      FloatTensors.forEach(
          read,
          (values, count) -> {
            chunk.clear().limit(count * Float.BYTES);
            chunk.asFloatBuffer().put(values, 0, count);
            write(out, chunk);
          });
    }
  }

  private static DType dtype(TensorData tensor) {
    return tensor instanceof TensorData.Doubles ? DType.F64 : DType.F32;
  }

  private static void write(OutputStream out, ByteBuffer buffer) throws IOException {
    out.write(buffer.array(), buffer.arrayOffset(), buffer.limit());
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A tensor to write. Two tensors are equal only if they share their array. */
  @SuppressWarnings("ArrayRecordComponent") // weights are large: no copies, no comparison by value
  public sealed interface TensorData {
    /** Returns the shape. */
    Shape shape();

    /**
     * A tensor of single precision that is read when it is written.
     *
     * @param shape the shape
     * @param reader reads the tensor; the writer closes it
     */
    record Lazy(Shape shape, Reader reader) implements TensorData {}

    /** A source of a tensor. */
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
}
