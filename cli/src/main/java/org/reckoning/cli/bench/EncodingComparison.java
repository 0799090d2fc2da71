package org.reckoning.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.reckoning.trainer.text.TextTable;

/**
 * Compares ways to give facts to a model by their times for some numbers of questions.
 *
 * @param model name of the sizes of the model
 * @param questions number of all questions
 * @param counts numbers of questions of the table of totals
 * @param ways ways to give facts and their times, in the order of the rows
 */
public record EncodingComparison(
    String model, int questions, List<Integer> counts, Map<String, EncodingTimes> ways) {
  /** Copies the collections. */
  public EncodingComparison {
    counts = List.copyOf(counts);
    ways = Collections.unmodifiableMap(new LinkedHashMap<>(ways));
  }

  /** Returns both tables and the gains, separated by empty lines. */
  public List<String> markdown() {
    List<String> lines = new ArrayList<>(parts().markdown());
    lines.add("");
    lines.addAll(totals().markdown());
    lines.add("");
    lines.addAll(gains());
    return lines;
  }

  /** Returns a table with a row for each way. */
  public TextTable parts() {
    TextTable table = new TextTable();
    ways.forEach(
        (way, times) -> {
          Map<String, String> cells = times.cells(questions);
          if (table.isEmpty()) {
            table.row(joined(List.of("model", "facts"), cells.keySet()));
          }
          table.row(joined(List.of(model, way), cells.values()));
        });
    return table;
  }

  /** Returns a table of the seconds of some numbers of questions. */
  public TextTable totals() {
    TextTable table =
        new TextTable().row(joined(List.of("questions one by one, s"), ways.keySet()));
    for (int count : counts) {
      List<String> cells = ways.values().stream().map(times -> seconds(times.of(count))).toList();
      table.row(joined(List.of(String.valueOf(count)), cells));
    }
    return table;
  }

  /** Returns a line for each way that gives facts once: the number of questions it pays from. */
  public List<String> gains() {
    List<String> lines = new ArrayList<>();
    ways.forEach(
        (way, times) ->
            ways.forEach(
                (other, others) -> {
                  if (times.encoding() != null && isEarlier(other, way)) {
                    lines.add(gain(way, other, times.fasterFrom(others)));
                  }
                }));
    return lines;
  }

  /**
   * Returns whether two ways are compared. Ways that encode are compared only with ways that read.
   */
  private boolean isEarlier(String other, String way) {
    List<String> order = List.copyOf(ways.keySet());
    return order.indexOf(other) < Math.min(order.indexOf(way), 2);
  }

  private static String gain(String way, String other, OptionalLong from) {
    if (from.isEmpty()) {
      return "%s: not faster than '%s' for many questions".formatted(way, other);
    }
    return from.getAsLong() == 1
        ? "%s: faster than '%s' for any number of questions".formatted(way, other)
        : "%s: faster than '%s' from %d questions on".formatted(way, other, from.getAsLong());
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }

  private static List<String> joined(List<String> first, Iterable<String> others) {
    List<String> all = new ArrayList<>(first);
    others.forEach(all::add);
    return all;
  }
}
