package org.reckoning.trainer.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Starts a class of the tests in a process of its own. */
final class JavaProcess {
  private JavaProcess() {}

  static Process start(Class<?> main, Path argument) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                argument.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
