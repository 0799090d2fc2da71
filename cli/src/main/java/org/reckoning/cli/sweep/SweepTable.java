package org.reckoning.cli.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.progress.ConsoleText;
import org.reckoning.trainer.text.TextTable;

/** The runs of a sweep as a table: the keys that differ, and the metrics. */
final class SweepTable {
  /** Metrics of the printed table; files hold all metrics. */
  static final List<String> SHOWN = List.of("acc_scored", "acc_label", "f1", "loss");

  private final List<SweepJob> jobs;
  private final List<String> keys;

  SweepTable(List<SweepJob> jobs) {
    this.jobs = List.copyOf(jobs);
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (SweepJob job : jobs) {
      words(job)
          .forEach(
              (key, value) ->
                  values.computeIfAbsent(key, name -> new LinkedHashSet<>()).add(value));
    }
    keys =
        values.entrySet().stream()
            .filter(key -> key.getValue().size() > 1)
            .map(Map.Entry::getKey)
            .toList();
  }

  /** Returns the keys whose values differ between runs. */
  List<String> keys() {
    return keys;
  }

  /** Returns the value of a key in a run; empty without one. */
  static String value(SweepJob job, String key) {
    return words(job).getOrDefault(key, "");
  }

  private static Map<String, String> words(SweepJob job) {
    Map<String, String> words = new LinkedHashMap<>();
    for (String word : job.overrides()) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.put(word.substring(0, equals).replaceFirst("^\\+*", ""), word.substring(equals + 1));
      }
    }
    return words;
  }

  /** Returns those of the given metrics that some method of some run has. */
  List<String> present(List<String> metrics) {
    return metrics.stream()
        .filter(
            metric ->
                jobs.stream()
                    .flatMap(job -> job.methods().values().stream())
                    .anyMatch(found -> found.containsKey(metric)))
        .toList();
  }

  /** Returns a heading and a line per method of each run. */
  List<String> lines() {
    List<String> metrics = present(SHOWN);
    TextTable table = new TextTable();
    List<String> heading = new ArrayList<>(List.of("job"));
    heading.addAll(keys);
    heading.add("method");
    heading.addAll(metrics);
    heading.add("");
    table.row(heading);
    for (SweepJob job : jobs) {
      Map<String, Map<String, Double>> methods =
          job.methods().isEmpty() ? Map.of("-", Map.of()) : job.methods();
      methods.forEach(
          (method, found) -> {
            List<String> row = new ArrayList<>(List.of(Integer.toString(job.number())));
            keys.forEach(key -> row.add(value(job, key)));
            row.add(method);
            metrics.forEach(metric -> row.add(number(found.get(metric), "%.3f", "-")));
            row.add(job.status() == SweepJob.Status.DONE ? "" : job.status().word());
            table.row(row);
          });
    }
    List<String> lines = new ArrayList<>(table.lines());
    for (SweepJob job : jobs) {
      if (job.reason() != null) {
        String words =
            String.join("", keys.stream().map(key -> " " + key + "=" + value(job, key)).toList());
        String reason = ConsoleText.of(job.reason()).lines().findFirst().orElse("");
        lines.add("  #%d%s: %s".formatted(job.number(), words, reason));
      }
    }
    return lines;
  }

  /** Returns comma-separated values: a heading, then all metrics per method of each run. */
  String csv() {
    Set<String> metrics = new LinkedHashSet<>();
    jobs.forEach(job -> job.methods().values().forEach(found -> metrics.addAll(found.keySet())));
    List<String> heading = new ArrayList<>(List.of("job", "status"));
    heading.addAll(keys);
    heading.add("method");
    heading.addAll(metrics);
    StringBuilder csv = new StringBuilder(line(heading));
    for (SweepJob job : jobs) {
      Map<String, Map<String, Double>> methods =
          job.methods().isEmpty() ? Map.of("", Map.of()) : job.methods();
      methods.forEach(
          (method, found) -> {
            List<String> row =
                new ArrayList<>(List.of(Integer.toString(job.number()), job.status().word()));
            keys.forEach(key -> row.add(value(job, key)));
            row.add(method);
            metrics.forEach(metric -> row.add(number(found.get(metric), "%s", "")));
            csv.append(line(row));
          });
    }
    return csv.toString();
  }

  private static String line(List<String> cells) {
    return String.join(",", cells.stream().map(SweepTable::quoted).toList()) + "\n";
  }

  private static String quoted(String cell) {
    return cell.matches("[^\",\\s]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  private static String number(@Nullable Double value, String format, String none) {
    return value == null ? none : String.format(Locale.ROOT, format, value);
  }
}
