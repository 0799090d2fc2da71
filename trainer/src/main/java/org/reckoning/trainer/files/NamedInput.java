package org.reckoning.trainer.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * A stream from a file that adds the name of the file to failures such as {@code Is a directory}.
 */
final class NamedInput extends FilterInputStream {
  private final Path file;

  /** Takes the file and a stream from it. */
  NamedInput(Path file, InputStream in) {
    super(in);
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    try {
      return in.read();
    } catch (IOException e) {
      throw FileProblem.cannotRead(file, e);
    }
  }

  @Override
  public int read(byte[] bytes, int from, int most) throws IOException {
    try {
      return in.read(bytes, from, most);
    } catch (IOException e) {
      throw FileProblem.cannotRead(file, e);
    }
  }
}
