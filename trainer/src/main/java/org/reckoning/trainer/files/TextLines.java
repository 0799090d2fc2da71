package org.reckoning.trainer.files;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.TextFile.NotTextException;

/**
 * Reads a text line by line, with line numbers. Each line is decoded separately, so that malformed
 * bytes affect only their own line.
 */
public final class TextLines implements Closeable {
  /** Largest length of a line, which bounds the memory. */
  public static final int MOST_BYTES = 1 << 24;

  private final InputStream source;
  private @Nullable InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int number;
  private boolean afterCarriageReturn;
  private boolean tooLong;

  private TextLines(InputStream source, @Nullable InputStream in) {
    this.source = source;
    this.in = in;
  }

  /** Opens a file or a pipe. */
  public static TextLines open(Path file) throws IOException {
    return of(TextFile.bytes(file));
  }

  /** Takes the bytes of a text; reads nothing before the first {@link #next}. */
  public static TextLines of(InputStream bytes) {
    return new TextLines(bytes, null);
  }

  /** Takes a stream of {@link TextFile#open}. */
  public static TextLines ofOpened(InputStream text) {
    return new TextLines(text, text);
  }

  /**
   * Advances to the next line; returns false at the end of the text.
   *
   * @throws NotTextException if the text is UTF-16
   */
  public boolean next() throws IOException {
    if (in == null) {
      in = TextFile.open(source);
    }
    line.reset();
    tooLong = false;
    int next = in.read();
    if (afterCarriageReturn && next == '\n') {
      next = in.read();
    }
    afterCarriageReturn = false;
    if (next < 0) {
      return false;
    }
    number++;
    while (next >= 0 && next != '\n' && next != '\r') {
      if (line.size() < MOST_BYTES) {
        line.write(next);
      } else {
        tooLong = true;
      }
      next = in.read();
    }
    afterCarriageReturn = next == '\r';
    return true;
  }

  /** Returns the number of the line, from 1; 0 before the first line. */
  public int number() {
    return number;
  }

  /**
   * Returns the line without its line end.
   *
   * @throws NotTextException if the line is not UTF-8 or is too long
   */
  public String text() throws NotTextException {
    if (tooLong) {
      throw new NotTextException(
          "the line is longer than the limit of %d MiB; split it".formatted(MOST_BYTES >> 20));
    }
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
    } catch (CharacterCodingException e) {
      throw new NotTextException("the line must be UTF-8 text; save the file in that encoding");
    }
    if (text.indexOf('\0') >= 0) {
      throw new NotTextException(
          "the line must be text but has a NUL byte; save the file as UTF-8");
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
