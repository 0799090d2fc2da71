package org.reckoning.integration.mutation;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.reckoning.trainer.progress.ConsoleText;

/**
 * Outcome of a call.
 *
 * @param code exit code; for a request 0 if it was answered, 1 if it was refused
 * @param out standard output, or the answer
 * @param err standard error, or the error message
 */
record Outcome(int code, String out, String err) {
  /** Largest number of lines: all problems of one report and the lines after them. */
  private static final int MAX_LINES = ConsoleText.MAX_PROBLEMS + 5;

  private static final int MAX_LINE = ConsoleText.MAX_LINE + 100;

  /** Texts from the internals of the program, which must not occur in messages. */
  private static final List<String> INSIDES =
      List.of(
          "Exception",
          "Error:",
          "java.",
          "com.fasterxml",
          "org.reckoning",
          "picocli.",
          "org.tensorflow",
          "\tat ",
          "is a bug",
          "ObjectNode",
          "StreamReadConstraints",
          "JsonNode",
          "JsonToken",
          "{{node",
          "_arg_",
          "\nnull\n",
          ": null\n"); // "must be .., or null" is a message

  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\x80-\\x9f&&[^\n\t]]");

  boolean isAccepted() {
    return code == 0;
  }

  /** Returns the fault in the outcome; empty for a correct outcome. */
  Optional<String> fault() {
    if (code < 0 || code > 2) {
      return Optional.of("exit code %d: %s".formatted(code, err));
    }
    if (code != 0 && err.isBlank()) {
      return Optional.of("exit code %d without a word".formatted(code));
    }
    for (String inside : INSIDES) {
      if (("\n" + err).contains(inside)) {
        return Optional.of("'%s' is shown: %s".formatted(inside.strip(), err));
      }
    }
    if (CONTROLS.matcher(err).find()) {
      return Optional.of("a control character is shown: " + err);
    }
    List<String> lines = err.lines().toList();
    if (lines.size() > MAX_LINES) {
      return Optional.of("%d lines are shown: %s".formatted(lines.size(), err));
    }
    return lines.stream()
        .filter(line -> line.length() > MAX_LINE)
        .findFirst()
        .map(line -> "a line of %d characters is shown: %s".formatted(line.length(), line));
  }
}
