package org.reckoning.cli.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.FileProblem;

/**
 * Standard output that remembers write errors, which Java's writers swallow. The command continues,
 * since a failed line must not end a run of hours; the exit code reports the error.
 *
 * <ul>
 *   <li>A full disk prints one sentence; the exit code is 1.
 *   <li>A closed pipe, as in {@code reckoning config | head -1}, prints nothing; the exit code is
 *       141, as after SIGPIPE.
 * </ul>
 */
public final class StandardOutput extends OutputStream {
  private static final int PROBLEM = 1;
  private static final int CLOSED_PIPE = 141;

  private final OutputStream out;
  private @Nullable IOException failure;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Replaces {@code System.out}. */
  public static StandardOutput install() {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    return output;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int count) throws IOException {
    if (failure != null) {
      throw failure;
    }
    try {
      out.write(bytes, from, count);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Returns the exit code of a finished command and prints the write error, if any.
   *
   * @param code the exit code if everything was written
   */
  public synchronized int exitCode(int code, PrintWriter err) {
    if (failure == null) {
      return code;
    }
    boolean closed = FileProblem.reason(failure).toLowerCase(Locale.ROOT).contains("pipe");
    if (!closed) {
      err.println(FileProblem.cannotWrite("standard output", failure).getMessage());
    }
    return code != 0 ? code : closed ? CLOSED_PIPE : PROBLEM;
  }
}
