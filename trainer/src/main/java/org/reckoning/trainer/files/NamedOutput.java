package org.reckoning.trainer.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Names the file in what the system says, as {@code No space left on device} alone helps none. */
final class NamedOutput extends FilterOutputStream {
  private final Path file;

  /** Writes to a stream that belongs to a file. */
  NamedOutput(Path file, OutputStream out) {
    super(out);
    this.file = file;
  }

  @Override
  public void write(int value) throws IOException {
    try {
      out.write(value);
    } catch (IOException e) {
      throw new Failure(file, e);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    try {
      out.write(bytes, from, count);
    } catch (IOException e) {
      throw new Failure(file, e);
    }
  }

  /** A failure whose message names the file. */
  static final class Failure extends IOException {
    private static final long serialVersionUID = 1;

    Failure(Path file, IOException e) {
      super(FileProblem.cannotWrite(file, e).getMessage(), e);
    }
  }
}
