package org.reckoning.trainer.progress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes messages safe for a terminal. A message may quote files and servers. Control characters are
 * replaced by their number, and long lines are cut in the middle: the problem is at the start, the
 * requirement at the end.
 */
public final class ConsoleText {
  /** The largest number of characters in a line. */
  public static final int MAX_LINE = 1000;

  /** The largest number of messages that are shown together. */
  public static final int MAX_PROBLEMS = 20;

  private static final int KEPT_END = 300;

  /** Control characters, changes of the text direction, and lone surrogates. */
  private static final Pattern COMMANDS =
      Pattern.compile("[\\p{Cc}\\u202a-\\u202e\\u2066-\\u2069\\p{Cs}&&[^\\n\\t]]");

  private ConsoleText() {}

  /** Returns a message that is safe to show. */
  public static String of(String message) {
    return Arrays.stream(message.split("\n", -1))
        .map(ConsoleText::line)
        .collect(Collectors.joining("\n"));
  }

  /** Returns the first messages, safe to show, and the number of those that follow. */
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
