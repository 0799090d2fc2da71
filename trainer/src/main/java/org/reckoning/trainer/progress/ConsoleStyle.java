package org.reckoning.trainer.progress;

import java.util.Map;

/**
 * How progress is shown.
 *
 * @param display what is done with steps
 * @param bold whether evaluations stand out
 * @param plainSteps with {@link Display#PLAIN}, a line is written every so many steps
 */
public record ConsoleStyle(Display display, boolean bold, int plainSteps) {

  /** What is done with steps. */
  public enum Display {
    /** One line of the terminal is written again and again. */
    LIVE,
    /** A line every so many steps, as suits a file. */
    PLAIN,
    /** Steps are not shown. */
    QUIET
  }

  /** Checks the values. */
  public ConsoleStyle {
    if (plainSteps < 1) {
      throw new IllegalArgumentException("log_steps (%d) must be 1 or more".formatted(plainSteps));
    }
  }

  /**
   * Chooses a style: live on a terminal, except where {@code CI} is set or {@code TERM} is {@code
   * dumb}; nothing bold where {@code NO_COLOR} is set.
   *
   * @param terminal whether what is written is seen on a terminal
   * @param noProgress whether the user wants no steps shown
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
