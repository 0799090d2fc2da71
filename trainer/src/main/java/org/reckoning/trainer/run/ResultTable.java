package org.reckoning.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.text.Percent;

/** Formats results as a table for the console. */
final class ResultTable {
  private ResultTable() {}

  /** Returns a heading, and a line for each row. */
  static List<String> lines(List<Results.Row> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-13s %4s %8s   %-30s %10s %8s %8s"
            .formatted(
                "method",
                "hops",
                "problems",
                "label right, scored (95 %)",
                "generated",
                "f1",
                "loss"));
    for (Results.Row row : rows) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-13s %4s %8d   %-30s %10s %8s %8.3f",
              row.method(),
              ReasoningTask.hopsText(row.hops()),
              row.problems(),
              String.format(
                  Locale.ROOT,
                  "%7s  (%.1f to %.1f)",
                  percent(row, Evaluation.ACC_SCORED),
                  100 * row.scored().low(),
                  100 * row.scored().high()),
              percent(row, Evaluation.ACC_LABEL),
              percent(row, "f1"),
              row.metrics().getOrDefault("loss", Double.NaN)));
    }
    return lines;
  }

  private static String percent(Results.Row row, String metric) {
    Double value = row.metrics().get(metric);
    return value == null ? "-" : Percent.ofShare(value);
  }
}
