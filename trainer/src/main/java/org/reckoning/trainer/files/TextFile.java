package org.reckoning.trainer.files;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads UTF-8 text from a file or a pipe, with or without a byte order mark or compression, with
 * the line ends of any system.
 */
public final class TextFile {
  /** Largest text that is read as a whole. */
  private static final int MOST_BYTES = 1 << 26;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};
  private static final int[] GZIP = {0x1F, 0x8B};
  private static final List<int[]> UTF_16 = List.of(new int[] {0xFF, 0xFE}, new int[] {0xFE, 0xFF});

  private TextFile() {}

  /**
   * Opens the text of a file, decompressed and without a byte order mark.
   *
   * @throws IOException if it cannot be opened
   */
  public static InputStream open(Path file) throws IOException {
    return open(bytes(file));
  }

  /**
   * Opens the unchanged bytes of a file or a pipe.
   *
   * @throws IOException if it cannot be opened
   */
  public static InputStream bytes(Path file) throws IOException {
    return new FilterInputStream(Files.newInputStream(file)) {
      @Override
      public int available() { // fails for a pipe
        return 0;
      }
    };
  }

  /**
   * Returns a text decompressed and without a byte order mark, as a stream that supports mark and
   * reset.
   *
   * @param bytes the bytes of a file; closed if they cannot be read
   * @throws NotTextException if the byte order mark is that of UTF-16, or one of the first four
   *     bytes is NUL
   */
  public static InputStream open(InputStream bytes) throws IOException {
    try {
      InputStream in = new BufferedInputStream(bytes, BUFFER_BYTES);
      if (startsWith(in, GZIP)) {
        in = new BufferedInputStream(new Gunzip(in, BUFFER_BYTES), BUFFER_BYTES);
      }
      for (int[] mark : UTF_16) {
        if (startsWith(in, mark)) {
          throw new NotTextException("the text must be UTF-8 but is UTF-16; save it as UTF-8");
        }
      }
      if (startsWithNul(in)) {
        throw new NotTextException(
            "the text must be UTF-8 but has a NUL byte, as UTF-16 has; save it as UTF-8");
      }
      if (startsWith(in, BYTE_ORDER_MARK)) {
        in.skipNBytes(BYTE_ORDER_MARK.length);
      }
      return in;
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  private static boolean startsWith(InputStream in, int[] start) throws IOException {
    in.mark(start.length);
    boolean same = true;
    for (int i = 0; same && i < start.length; i++) {
      same = in.read() == start[i];
    }
    in.reset();
    return same;
  }

  /**
   * Returns whether one of the first four bytes is NUL, as in UTF-16 and UTF-32. It reads no byte
   * after a line break: a program may wait for the answer to its first line.
   */
  private static boolean startsWithNul(InputStream in) throws IOException {
    in.mark(4);
    int next = in.read();
    for (int i = 1; i < 4 && next > 0 && next != '\n' && next != '\r'; i++) {
      next = in.read();
    }
    in.reset();
    return next == 0;
  }

  /**
   * Reads a whole text.
   *
   * @throws IOException with the name of the file, and of the line where it is not UTF-8
   */
  public static String read(Path file) throws IOException {
    try (InputStream bytes = bytes(file)) {
      return read(bytes, file.toString());
    } catch (NotTextException e) {
      throw e;
    } catch (IOException e) {
      throw FileProblem.cannotRead(file, e);
    }
  }

  /**
   * Reads a whole text.
   *
   * @param shown name of the source, for messages
   * @throws NotTextException with the number of the first line that is not UTF-8
   */
  public static String read(InputStream bytes, String shown) throws IOException {
    InputStream in;
    try {
      in = open(bytes);
    } catch (NotTextException e) {
      throw new NotTextException("'%s': %s".formatted(shown, e.getMessage()));
    }
    byte[] all = in.readNBytes(MOST_BYTES + 1);
    if (all.length > MOST_BYTES) {
      throw new NotTextException(
          "'%s' is larger than the limit of %d MiB; use another file"
              .formatted(shown, MOST_BYTES >> 20));
    }
    return decode(all, shown);
  }

  /**
   * Reads the lines of a text, without line ends.
   *
   * @throws IOException with the name of the file, and of the line where it is not UTF-8
   */
  public static List<String> lines(Path file) throws IOException {
    return read(file).lines().toList();
  }

  /**
   * Decodes UTF-8.
   *
   * @param shown name of the source, for messages
   * @throws NotTextException with the number of the first line that is not UTF-8
   */
  public static String decode(byte[] bytes, String shown) throws NotTextException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        throw new NotTextException(
            "'%s', line %d: must be text but has a NUL byte; save it as UTF-8"
                .formatted(shown, line(bytes, i)));
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
    } catch (CharacterCodingException e) { // the decoder stops at the first malformed byte
      throw new NotTextException(
          "'%s', line %d: must be text in UTF-8; save it in that encoding"
              .formatted(shown, line(bytes, in.position())));
    }
  }

  /** Returns the line number of a byte, with line ends of any system. */
  private static int line(byte[] bytes, int position) {
    int line = 1;
    for (int i = 0; i < position; i++) {
      boolean pair = bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n';
      line += bytes[i] == '\n' || (bytes[i] == '\r' && !pair) ? 1 : 0;
    }
    return line;
  }

  /** Bytes that are not UTF-8 text, or are more than fit. The message is one sentence. */
  public static final class NotTextException extends IOException {
    private static final long serialVersionUID = 1;

    NotTextException(String message) {
      super(message);
    }
  }
}
