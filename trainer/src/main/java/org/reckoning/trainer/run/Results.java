package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.ConfidenceInterval;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.Method;

/**
 * Results on test problems, a row for each method and number of hops.
 *
 * @param rows at least one
 */
public record Results(List<Row> rows) {
  /**
   * @throws IllegalArgumentException if there is no row
   */
  public Results {
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows must be at least 1");
    }
  }

  /**
   * Result of a method on the test problems of one number of hops.
   *
   * @param method name in the configuration
   * @param hops of the problems, or {@link ReasoningTask#UNKNOWN_HOPS}
   * @param problems number of questions
   * @param metrics by name
   * @param scored confidence interval of {@code acc_scored}
   */
  public record Row(
      String method,
      int hops,
      int problems,
      Map<String, Double> metrics,
      ConfidenceInterval scored) {

    /**
     * @throws IllegalArgumentException if a value is out of range, or a metric is missing
     */
    public Row {
      Objects.requireNonNull(method); // a file may have null
      Objects.requireNonNull(scored);
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
      if (hops < ReasoningTask.UNKNOWN_HOPS || problems < 1) {
        throw new IllegalArgumentException(
            "hops (%d) must be 0 or more, or %d if unknown, and problems (%d) at least 1"
                .formatted(hops, ReasoningTask.UNKNOWN_HOPS, problems));
      }
      metrics.forEach(Row::requireMetric);
      if (!metrics.keySet().containsAll(List.of("loss", Evaluation.ACC_SCORED))) {
        throw new IllegalArgumentException(
            "metrics (%s) must have loss and %s"
                .formatted(metrics.keySet(), Evaluation.ACC_SCORED));
      }
    }

    /** Checks that a loss is 0 or more, and any other metric a share. */
    private static void requireMetric(String name, @Nullable Double value) {
      double most = name.equals("loss") ? Double.MAX_VALUE : 1;
      if (value == null || value < 0 || value > most) {
        throw new IllegalArgumentException(
            "metric %s (%s) must be 0 to %s".formatted(name, value, most));
      }
    }
  }

  /** Returns a row for each number of hops; none if no problem was answered. */
  public static List<Row> rowsOf(Method method, Evaluation evaluation) {
    List<Row> rows = new ArrayList<>();
    evaluation
        .byHops()
        .forEach(
            (hops, of) ->
                rows.add(
                    new Row(
                        EnumWord.of(method),
                        hops,
                        of.predictions().size(),
                        of.metrics(),
                        of.interval())));
    return rows;
  }

  /**
   * Reads the results of all methods of a run that are done, each metric a mean over all test
   * problems. A metric may be undefined for some problems, as recall without relevant facts: then
   * it is the mean over the others, and {@code METRIC_problems} is their number.
   *
   * @return metrics by the method's name in the configuration
   * @throws IOException if a file cannot be read
   */
  public static Map<String, Map<String, Double>> meansByMethod(RunConfig config, Path run)
      throws IOException {
    Map<String, Map<String, Double>> means = new LinkedHashMap<>();
    for (var method : new RunDirectory(run).byMethod(config).entrySet()) {
      Optional<Results> results = method.getValue().results();
      if (results.isPresent()) {
        means.put(EnumWord.of(method.getKey()), results.get().means());
      }
    }
    return means;
  }

  private Map<String, Double> means() {
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> problems = new LinkedHashMap<>();
    for (Row row : rows) {
      row.metrics()
          .forEach(
              (name, value) -> {
                sums.merge(name, row.problems() * value, Double::sum);
                problems.merge(name, row.problems(), Integer::sum);
              });
    }
    int all = rows.stream().mapToInt(Row::problems).sum();
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum / problems.getOrDefault(name, 0)));
    problems.forEach(
        (name, count) -> {
          if (count < all) {
            means.put(name + "_problems", (double) count);
          }
        });
    return means;
  }

  /** Returns a table of rows, a line each, with a heading. */
  public static List<String> table(List<Row> rows) {
    return ResultTable.lines(rows);
  }
}
