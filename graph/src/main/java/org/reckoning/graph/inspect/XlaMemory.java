package org.reckoning.graph.inspect;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory of a compiled function in bytes, from the file {@code *-buffer-assignment.txt} of an XLA
 * dump.
 *
 * @param function name of the function
 * @param total total by XLA: all values below, each buffer once
 * @param arguments buffers of the arguments; those updated in place are results too
 * @param results buffers of results outside the argument buffers
 * @param temporaries temporary memory of the running function: activations and copies
 * @param constants constants of the program
 */
public record XlaMemory(
    String function, long total, long arguments, long results, long temporaries, long constants) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total bytes used: (\\d+)");
  private static final Pattern ALLOCATION =
      Pattern.compile("(?m)^allocation \\d+: size (\\d+), (.*):$");

  /**
   * Parses the text of a file.
   *
   * @return empty if the text has no total, which other versions of XLA may omit
   */
  public static Optional<XlaMemory> parse(String function, String text) {
    Matcher total = TOTAL.matcher(text);
    if (!total.find()) {
      return Optional.empty();
    }
    long arguments = 0;
    long results = 0;
    long temporaries = 0;
    long constants = 0;
    Matcher allocation = ALLOCATION.matcher(text);
    while (allocation.find()) {
      long bytes = Long.parseLong(allocation.group(1));
      String kind = allocation.group(2);
      if (kind.startsWith("parameter")) {
        arguments += bytes;
      } else if (kind.startsWith("constant")) {
        constants += bytes;
      } else if (kind.contains("live-out") || kind.startsWith("output shape")) {
        results += bytes;
      } else {
        temporaries += bytes;
      }
    }
    return Optional.of(
        new XlaMemory(
            function, Long.parseLong(total.group(1)), arguments, results, temporaries, constants));
  }
}
