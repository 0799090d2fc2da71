package org.reckoning.trainer.progress;

import java.util.Map;

/**
 * Style of the progress on the console.
 *
 * @param display of steps
 * @param bold whether evaluations are bold
 * @param plainSteps number of steps between two lines of {@link Display#PLAIN}
 */
public record ConsoleStyle(Display display, boolean bold, int plainSteps) {
  /** System property by which the launcher says whether standard error is a terminal. */
  public static final String TERMINAL = "reckoning.terminal";

  /** Display of steps. */
  public enum Display {
    /** A line of the terminal, rewritten in place. */
    LIVE,
    /** A line every few steps, for files. */
    PLAIN,
    /** No steps. */
    QUIET
  }

  /** Checks the values. */
  public ConsoleStyle {
    if (plainSteps < 1) {
      throw new IllegalArgumentException("log_steps (%d) must be 1 or more".formatted(plainSteps));
    }
  }

  /** Chooses the style of this process; see {@link #choose}. */
  public static ConsoleStyle ofThisProcess(boolean noProgress, int plainSteps) {
    return choose(Boolean.getBoolean(TERMINAL), noProgress, System.getenv(), plainSteps);
  }

  /**
   * Chooses a style. A terminal gets the live display, unless {@code CI} is set or {@code TERM} is
   * {@code dumb}. {@code NO_COLOR} switches off bold text.
   *
   * @param terminal whether the output is a terminal
   * @param noProgress whether the user wants no display of steps
   * @param environment variables of this process
   * @param plainSteps see {@link ConsoleStyle}
   */
  public static ConsoleStyle choose(
      boolean terminal, boolean noProgress, Map<String, String> environment, int plainSteps) {
    boolean ci = !environment.getOrDefault("CI", "false").equals("false");
    boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
    boolean live = terminal && !ci && !dumb;
    boolean noColor = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    Display display = noProgress ? Display.QUIET : live ? Display.LIVE : Display.PLAIN;
    return new ConsoleStyle(display, live && !noColor, plainSteps);
  }
}
