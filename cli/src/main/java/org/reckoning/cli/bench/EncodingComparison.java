package org.reckoning.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.reckoning.trainer.text.TextTable;

/** Compares ways to give facts to a model by their times for some numbers of questions. */
final class EncodingComparison {
  /** A way to give facts and its times, in the order of the rows of the first table. */
  private final Map<String, EncodingTimes> ways = new LinkedHashMap<>();

  void add(String way, EncodingTimes times) {
    ways.put(way, times);
  }

  /**
   * Returns the lines of a Markdown table with a row for each way.
   *
   * @param questions number of all questions
   */
  List<String> parts(String model, int questions) {
    TextTable table = new TextTable();
    ways.forEach(
        (way, times) -> {
          Map<String, String> cells = times.cells(questions);
          if (table.isEmpty()) {
            table.row(joined(List.of("model", "facts"), cells.keySet()));
          }
          table.row(joined(List.of(model, way), cells.values()));
        });
    return table.markdown();
  }

  /** Returns the lines of a Markdown table of the seconds of some numbers of questions. */
  List<String> totals(int... counts) {
    TextTable table =
        new TextTable().row(joined(List.of("questions one by one, s"), ways.keySet()));
    for (int count : counts) {
      List<String> cells = ways.values().stream().map(times -> seconds(times.of(count))).toList();
      table.row(joined(List.of(String.valueOf(count)), cells));
    }
    return table.markdown();
  }

  /** Returns a line for each way that gives facts once: the number of questions it pays from. */
  List<String> gains() {
    List<String> lines = new ArrayList<>();
    ways.forEach(
        (way, times) ->
            ways.forEach(
                (other, others) -> {
                  if (times.encoding().isPresent() && isEarlier(other, way)) {
                    lines.add(gain(way, other, times.fasterFrom(others)));
                  }
                }));
    return lines;
  }

  /** Returns whether a way is compared with another: those that encode are not with each other. */
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
