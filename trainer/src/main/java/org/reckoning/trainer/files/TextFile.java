package org.reckoning.trainer.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads text as programs save it: UTF-8, with or without a byte order mark, with line ends of any
 * system, compressed or not, from a file or a pipe.
 */
public final class TextFile {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};
  private static final int[] GZIP = {0x1F, 0x8B};

  private TextFile() {}

  /**
   * Opens the bytes of a file, unpacked if they are gzip, without a byte order mark.
   *
   * @throws IOException if it cannot be opened
   */
  public static InputStream open(Path file) throws IOException {
    return open(Files.newInputStream(file));
  }

  /**
   * Returns bytes unpacked if they are gzip, without a byte order mark.
   *
   * @param bytes closed if they cannot be read
   */
  public static InputStream open(InputStream bytes) throws IOException {
    try {
      InputStream in = new BufferedInputStream(bytes, BUFFER_BYTES);
      if (startsWith(in, GZIP)) {
        in = new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES);
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
   * Reads a whole text.
   *
   * @throws IOException with the name of the file, and of the line where it is not UTF-8
   */
  public static String read(Path file) throws IOException {
    try (InputStream in = open(file)) {
      return decode(in.readAllBytes(), file.toString());
    } catch (NotTextException e) {
      throw e;
    } catch (IOException e) {
      throw FileProblem.cannotRead(file, e);
    }
  }

  /**
   * Reads the lines of a text, without their ends.
   *
   * @throws IOException with the name of the file, and of the line where it is not UTF-8
   */
  public static List<String> lines(Path file) throws IOException {
    return read(file).lines().toList();
  }

  /**
   * Decodes UTF-8.
   *
   * @param shown where it is from, for messages
   * @throws NotTextException with the number of the first line that is not UTF-8
   */
  public static String decode(byte[] bytes, String shown) throws NotTextException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
    } catch (CharacterCodingException e) {
      int line = 1; // the decoder stops at the first byte that it cannot use
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new NotTextException(
          "'%s', line %d: must be text in UTF-8; save it in that encoding".formatted(shown, line));
    }
  }

  /** Bytes that are not UTF-8; the message names file and line. */
  public static final class NotTextException extends IOException {
    private static final long serialVersionUID = 1;

    NotTextException(String message) {
      super(message);
    }
  }
}
