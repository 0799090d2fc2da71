package org.reckoning.trainer.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * A stream to a file that adds the name of the file to failures such as {@code No space left on
 * device}.
 */
final class NamedOutput extends FilterOutputStream {
  private final Path file;

  /** Takes the file and a stream to it. */
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
