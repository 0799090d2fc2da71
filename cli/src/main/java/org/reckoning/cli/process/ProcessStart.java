package org.reckoning.cli.process;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Makes a process independent of the locale and the home directory of its user. Every {@code main}
 * calls {@link #prepare} first: whatever ran before would use the settings of the user.
 */
final class ProcessStart {
  private static final int USER_ERROR = 2;

  private ProcessStart() {}

  /**
   * Sets the locale for texts and numbers, UTF-8 for what is printed, and a usable home directory.
   * Ends the process with exit code 2 if an argument was garbled on its way here.
   *
   * @param args those of {@code main}
   */
  static void prepare(String[] args) {
    Locale.setDefault(Locale.ROOT); // of all categories
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    WordEncoding.problem(args).ifPresent(ProcessStart::refuse);
    try {
      HomeDirectory.ensure();
    } catch (IOException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  private static void refuse(String problem) {
    System.err.println(problem);
    System.exit(USER_ERROR);
  }
}
