package org.reckoning.trainer.progress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Messages for a terminal. They quote what people, files and servers say, which may be long, or
 * command the terminal: control characters are shown by their number, and long lines are cut in the
 * middle, as what was wrong stands at the start and what is required at the end.
 */
public final class ConsoleText {
  /** The longest line. */
  public static final int MAX_LINE = 1000;

  /** The most sentences that are told at once. */
  public static final int MAX_PROBLEMS = 20;

  private static final int KEPT_END = 300;

  /** Control characters, those that turn the direction of text, and halves of characters. */
  private static final Pattern COMMANDS =
      Pattern.compile("[\\p{Cc}\\u202a-\\u202e\\u2066-\\u2069\\p{Cs}&&[^\\n\\t]]");

  private ConsoleText() {}

  /** Returns a message that can be shown. */
  public static String of(String message) {
    return Arrays.stream(message.split("\n", -1))
        .map(ConsoleText::line)
        .collect(Collectors.joining("\n"));
  }

  /** Returns messages that can be shown: the first of them, and how many more there are. */
  public static List<String> of(List<String> messages) {
    List<String> shown = new ArrayList<>();
    messages.stream().limit(MAX_PROBLEMS).map(ConsoleText::of).forEach(shown::add);
    if (messages.size() > MAX_PROBLEMS) {
      shown.add("... and %d more".formatted(messages.size() - MAX_PROBLEMS));
    }
    return shown;
  }

  private static String line(String text) {
    String cut = text;
    if (text.length() > MAX_LINE) {
      String middle = " ... ";
      cut =
          text.substring(0, MAX_LINE - KEPT_END - middle.length())
              + middle
              + text.substring(text.length() - KEPT_END);
    }
    return COMMANDS
        .matcher(cut)
        .replaceAll(found -> "\\\\u%04x".formatted(found.group().codePointAt(0)));
  }
}
