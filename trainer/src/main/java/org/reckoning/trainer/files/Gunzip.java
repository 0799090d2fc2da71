package org.reckoning.trainer.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks gzip, of one part or of several that were concatenated. Java's own class takes a pipe
 * that has nothing ready for its end, and drops in silence what it cannot unpack behind a part.
 */
final class Gunzip extends GZIPInputStream {
  private static final int TRAILER_BYTES = 8;

  /**
   * @param in with mark and reset
   */
  Gunzip(InputStream in, int bufferBytes) throws IOException {
    super(new Waiting(in), bufferBytes);
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    int read = super.read(bytes, from, count);
    if (read < 0) {
      requireEnd();
    }
    return read;
  }

  /** Zeros may follow, as tapes are filled up with them. */
  private void requireEnd() throws IOException {
    boolean zeros = true;
    for (int i = len - inf.getRemaining() + TRAILER_BYTES; i < len; i++) {
      zeros &= buf[i] == 0;
    }
    int next = 0;
    while (zeros && next == 0) {
      next = in.read();
    }
    if (!zeros || next > 0) {
      throw new ZipException("something else follows the compressed data");
    }
  }

  /** Has a byte available until the end is reached, and waits for it. */
  private static final class Waiting extends FilterInputStream {
    Waiting(InputStream in) {
      super(in);
    }

    @Override
    public int available() throws IOException {
      in.mark(1);
      int next = in.read();
      in.reset();
      return next < 0 ? 0 : 1;
    }
  }
}
