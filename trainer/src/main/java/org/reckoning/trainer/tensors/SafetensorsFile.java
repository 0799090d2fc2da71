package org.reckoning.trainer.tensors;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Reads a safetensors file of any size, one tensor at a time.
 *
 * <pre>{@code
 * 8 bytes   length N of the header, unsigned, little-endian
 * N bytes   header, a JSON object: name -> dtype, shape, data_offsets
 * the rest  data, little-endian, without holes
 * }</pre>
 *
 * <p>Opening a file checks the whole header; see <a
 * href="https://github.com/huggingface/safetensors">the format</a>.
 */
public final class SafetensorsFile implements AutoCloseable {
  static final int LENGTH_BYTES = 8;

  /** Longest header that is read. */
  public static final int MAX_HEADER_BYTES = 100_000_000;

  /** Longest array that every Java virtual machine can allocate. */
  public static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

  /** {@code version } in ASCII: the start of the pointer file in a clone without Git LFS. */
  private static final long LFS_POINTER = 0x206e_6f69_7372_6576L;

  private static final int CHUNK_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long dataStart;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    long fileLength = channel.size();
    if (fileLength < LENGTH_BYTES) {
      throw refuse("must have at least %d bytes but has %d".formatted(LENGTH_BYTES, fileLength));
    }
    long headerLength = readFully(littleEndian(LENGTH_BYTES), 0).getLong();
    if (headerLength == LFS_POINTER) {
      throw refuse("is a Git LFS pointer instead of the weights; fetch them with 'git lfs pull'");
    }
    if (Long.compareUnsigned(headerLength, MAX_HEADER_BYTES) > 0) {
      throw refuse(
          "the header must have at most %d bytes but claims %s"
              .formatted(MAX_HEADER_BYTES, Long.toUnsignedString(headerLength)));
    }
    dataStart = LENGTH_BYTES + headerLength;
    if (dataStart > fileLength) {
      throw refuse(
          "the header claims %d bytes but only %d follow (is the file complete?)"
              .formatted(headerLength, fileLength - LENGTH_BYTES));
    }
    byte[] json = new byte[(int) headerLength];
    readFully(ByteBuffer.wrap(json), LENGTH_BYTES);
    header = SafetensorsHeader.parse(path, json, fileLength - dataStart);
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws WeightsFormatException if the file is not a well-formed safetensors file
   */
  public static SafetensorsFile open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such file");
    }
    if (!Files.isRegularFile(path)) {
      throw new WeightsFormatException(path, "must be a file");
    }
    FileChannel channel = FileChannel.open(path);
    try {
      return new SafetensorsFile(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Returns the names of the tensors in the order of the header. */
  public Set<String> names() {
    return Collections.unmodifiableSet(header.tensors().keySet());
  }

  /**
   * Returns the shape of a tensor.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   */
  public Shape shape(String name) {
    return entry(name).shape();
  }

  /**
   * Returns the element type of a tensor as the header names it, such as {@code BF16}.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   */
  public String dtype(String name) {
    return entry(name).dtype().name();
  }

  /**
   * Returns whether the elements of a tensor can be read as numbers: F64, F32, F16 or BF16.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   */
  public boolean isReadable(String name) {
    return entry(name).dtype().isReadable();
  }

  /** Returns the strings under {@code __metadata__}; empty if the file has none. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /**
   * Reads a tensor: F32, F16 and BF16 exactly, F64 rounded to nearest; the caller closes it.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws WeightsFormatException if the tensor has another type or 2^31 elements or more, or the
   *     file was truncated after it was opened
   */
  public TFloat32 read(String name) throws IOException {
    return read(readable(name), entry(name).shape());
  }

  /** Reads the first rows of a matrix, as {@link #read(String)} does. */
  public TFloat32 readRows(String name, long rows) throws IOException {
    return read(readable(name), Shape.of(rows, entry(name).shape().get(1)));
  }

  /** Reads the first elements of a tensor, as many as a shape has. */
  private TFloat32 read(SafetensorsHeader.Entry entry, Shape shape) throws IOException {
    int bytes = entry.dtype().bytes();
    ByteBuffer[] chunk = {ByteBuffer.allocateDirect(0)};
    long[] done = {0};
    return FloatTensors.filled(
        shape,
        (values, count) -> {
          if (chunk[0].capacity() < count * bytes) { // direct: avoids a copy
            chunk[0] = ByteBuffer.allocateDirect(count * bytes).order(ByteOrder.LITTLE_ENDIAN);
          }
          chunk[0].clear().limit(count * bytes);
          readFully(chunk[0], dataStart + entry.begin() + done[0]);
          done[0] += (long) count * bytes;
          entry.dtype().nextFloats(chunk[0], values, count);
        });
  }

  /**
   * Reads a tensor: F32, F16 and BF16 exactly, F64 rounded to nearest.
   *
   * @return the elements, the last axis fastest
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws WeightsFormatException if the tensor has another type or too many elements for an
   *     array, or the file was truncated after it was opened
   */
  public float[] readFloats(String name) throws IOException {
    SafetensorsHeader.Entry entry = readable(name);
    float[] values = new float[(int) entry.elements()];
    int done = 0;
    for (ByteBuffer chunk = chunk(entry); done < values.length; ) {
      for (fill(chunk, entry, done); chunk.hasRemaining(); done++) {
        values[done] = entry.dtype().nextFloat(chunk);
      }
    }
    return values;
  }

  /**
   * Reads a tensor exactly.
   *
   * @return the elements, the last axis fastest
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws WeightsFormatException if the type is not F64, F32, F16 or BF16, the tensor has too
   *     many elements for an array, or the file was truncated after it was opened
   */
  public double[] readDoubles(String name) throws IOException {
    SafetensorsHeader.Entry entry = readable(name);
    double[] values = new double[(int) entry.elements()];
    int done = 0;
    for (ByteBuffer chunk = chunk(entry); done < values.length; ) {
      for (fill(chunk, entry, done); chunk.hasRemaining(); done++) {
        values[done] = entry.dtype().nextDouble(chunk);
      }
    }
    return values;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private SafetensorsHeader.Entry entry(String name) {
    SafetensorsHeader.Entry entry = header.tensors().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "%s: no tensor %s among the %d".formatted(path, quote(name), header.tensors().size()));
    }
    return entry;
  }

  private SafetensorsHeader.Entry readable(String name) throws WeightsFormatException {
    SafetensorsHeader.Entry entry = entry(name);
    if (!entry.dtype().isReadable()) {
      throw refuse(
          "tensor %s has dtype %s but must be F64, F32, F16 or BF16 to be read"
              .formatted(quote(name), entry.dtype()));
    }
    if (entry.elements() > MAX_ELEMENTS) {
      throw refuse(
          "tensor %s has %d elements but a tensor must have at most %d to be read"
              .formatted(quote(name), entry.elements(), MAX_ELEMENTS));
    }
    return entry;
  }

  private static ByteBuffer chunk(SafetensorsHeader.Entry entry) {
    return littleEndian((int) Math.min(CHUNK_BYTES, entry.end() - entry.begin()));
  }

  /** Fills a buffer with the elements of a tensor, starting at element {@code done}. */
  private void fill(ByteBuffer chunk, SafetensorsHeader.Entry entry, int done) throws IOException {
    long from = entry.begin() + (long) done * entry.dtype().bytes();
    chunk.clear().limit((int) Math.min(chunk.capacity(), entry.end() - from));
    readFully(chunk, dataStart + from);
  }

  private ByteBuffer readFully(ByteBuffer buffer, long position) throws IOException {
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, position + buffer.position());
      if (count < 0) {
        throw refuse(
            "the file ended at byte %d while being read".formatted(position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private WeightsFormatException refuse(String problem) {
    return new WeightsFormatException(path, problem);
  }
}
