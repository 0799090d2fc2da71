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
 * The numbered lines of a text, as {@link TextFile} reads it. It holds one line at a time, and
 * decodes each for itself, so that malformed bytes spoil no more than their line.
 */
public final class TextLines implements Closeable {
  /** No line of a text that makes sense is longer; it would fill the memory. */
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

  /** Reads bytes as they come: nothing is read before the first {@link #next}. */
  public static TextLines of(InputStream bytes) {
    return new TextLines(bytes, null);
  }

  /** Reads what {@link TextFile#open} returned. */
  public static TextLines ofOpened(InputStream text) {
    return new TextLines(text, text);
  }

  /**
   * Goes to the next line; returns false at the end.
   *
   * @throws NotTextException if it is no UTF-8 at all
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

  /** Returns the number of the line, from 1; 0 before the first. */
  public int number() {
    return number;
  }

  /**
   * Returns the line without its end.
   *
   * @throws NotTextException with one sentence if it is not UTF-8, or too long
   */
  public String text() throws NotTextException {
    if (tooLong) {
      throw new NotTextException(
          "the line is longer than %d MiB, which nothing here needs; break it up"
              .formatted(MOST_BYTES >> 20));
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
