package org.reckoning.cli.process;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.reckoning.graph.peers.PeersException;

/**
 * Makes a process independent of the user's locale and home directory. Every {@code main} calls
 * {@link #prepare} first: code that runs before it would use the user's settings.
 */
public final class ProcessStart {
  private static final int USER_ERROR = 2;

  private ProcessStart() {}

  /**
   * Sets the root locale, UTF-8 output and a usable home directory. Ends the process with exit code
   * 2 if Java could not decode an argument.
   *
   * @param args the arguments of {@code main}
   */
  public static void prepare(String[] args) {
    Locale.setDefault(Locale.ROOT); // for all categories
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(StandardError.open(), true, StandardCharsets.UTF_8));
    WordEncoding.problem(args).ifPresent(ProcessStart::refuse);
    try {
      HomeDirectory.ensure();
    } catch (IOException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Joins the processes that were started together with this one. Ends the process with exit code 2
   * if they cannot be joined.
   */
  public static PeerProcess join(Map<String, String> environment) {
    try {
      return PeerProcess.join(environment);
    } catch (PeersException e) {
      refuse(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private static void refuse(String problem) {
    System.err.println(problem);
    System.exit(USER_ERROR);
  }
}
