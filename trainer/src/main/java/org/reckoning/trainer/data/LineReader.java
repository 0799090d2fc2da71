package org.reckoning.trainer.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * The numbered lines of a UTF-8 file. It holds one line at a time, and decodes each for itself, so
 * that malformed bytes spoil no more than their line.
 */
final class LineReader implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int number;

  private LineReader(InputStream in) {
    this.in = in;
  }

  /** Opens a file, a compressed one if its name ends with {@code .gz}. */
  static LineReader open(Path file) throws IOException {
    return new LineReader(new BufferedInputStream(stream(file), BUFFER_BYTES));
  }

  /** Opens the bytes of a file, unpacked if its name ends with {@code .gz}. */
  static InputStream stream(Path file) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    if (!file.toString().endsWith(".gz")) {
      return bytes;
    }
    try {
      return new GZIPInputStream(bytes, BUFFER_BYTES);
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  /** Goes to the next line; returns false at the end of the file. */
  boolean next() throws IOException {
    line.reset();
    int next = in.read();
    if (next < 0) {
      return false;
    }
    number++;
    while (next >= 0 && next != '\n') {
      line.write(next);
      next = in.read();
    }
    return true;
  }

  /** Returns the number of the line, from 1; 0 before the first. */
  int number() {
    return number;
  }

  /** Returns the line without its end. */
  String text() throws BadLineException {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
        text = text.substring(BYTE_ORDER_MARK.length());
      }
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new BadLineException("the line must be UTF-8 text; save the file in that encoding");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
