package org.reckoning.trainer.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Decompresses gzip of one or more members. Java's own class mistakes a pipe without available
 * bytes for the end, and silently ignores malformed data after a member.
 */
final class Gunzip extends GZIPInputStream {
  private static final int TRAILER_BYTES = 8;

  /**
   * @param in a stream that supports mark and reset
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

  /** Checks that only zeros follow, which tapes use as padding. */
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
      throw new ZipException("other data follows the compressed data");
    }
  }

  /** A stream that reports a byte as available until its end; waits for input if necessary. */
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
