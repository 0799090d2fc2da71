package org.reckoning.trainer.data.formats;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.reckoning.trainer.files.TextLines;

/** An input that limits the length of an element of an array, so that it cannot exhaust memory. */
final class BoundedInput extends FilterInputStream {
  private long count;

  BoundedInput(InputStream in) {
    super(in);
  }

  /** Resets the count at the start of an element. */
  void restart() {
    count = 0;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int most) throws IOException {
    int read = in.read(bytes, from, most);
    count += Math.max(0, read);
    if (count > TextLines.MOST_BYTES) {
      throw new TooLongException();
    }
    return read;
  }

  /** An element that exceeds the limit. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    TooLongException() {
      super(
          "an element is longer than the limit of %d MiB; the rest of the file was not read"
              .formatted(TextLines.MOST_BYTES >> 20));
    }
  }
}
