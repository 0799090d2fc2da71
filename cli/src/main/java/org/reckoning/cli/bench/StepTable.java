package org.reckoning.cli.bench;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.reckoning.cli.ChildJvm.Outcome;
import org.reckoning.graph.inspect.ProgramSettings;

/** Prints what was measured as Markdown: the machine, then one row for each program. */
final class BenchmarkTable {
  private static final double GIGA = 1e9;

  private static final String NOT_AVAILABLE = "n/a";

  private static final List<String> HEADER =
      List.of(
          "K",
          "gradient",
          "XLA",
          "build, s",
          "first step, s",
          "step, s",
          "shortest, s",
          "CPU s / step",
          "peak memory, GB",
          "GFLOP / step",
          "GFLOP/s",
          "peak GFLOP/s",
          "of peak");

  private final BenchmarkSettings settings;
  private final List<String> machine = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  BenchmarkTable(BenchmarkSettings settings) {
    this.settings = settings;
    List<String> header = new ArrayList<>(settings.swept());
    header.addAll(HEADER);
    rows.add(header);
    rows.add(Collections.nCopies(header.size(), "---"));
  }

  /** Adds what {@link MachineMain} found before the rows. */
  void start(Outcome found) {
    machine.add("Date: " + LocalDate.now(ZoneId.systemDefault()));
    for (String name : List.of("machine", "software", "devices")) {
      String title = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
      machine.add(title + ": " + found.results().getOrDefault(name, "unknown"));
    }
    machine.add(
        "Environment of each process: "
            + ChildJvm.ENVIRONMENT.keySet().stream()
                .map(name -> "`" + name + "=" + ChildJvm.effective(name) + "`")
                .collect(Collectors.joining(" ")));
    machine.add("Programs: `" + String.join(" ", settings.common()) + "`");
    peak("before", found);
  }

  /** Adds what {@link MachineMain} found after the rows. */
  void end(Outcome found) {
    peak("after", found);
  }

  private void peak(String when, Outcome found) {
    int size = settings.peakSize();
    String text =
        found.failure().isEmpty() || found.results().containsKey("peak")
            ? "TensorFlow %s GFLOP/s, XLA %s GFLOP/s"
                .formatted(
                    rounded(found.number("peak") / GIGA, 0),
                    rounded(found.number("peak_xla") / GIGA, 0))
            : "not measured";
    String why = found.failure().isEmpty() ? "" : " (" + found.failure() + ")";
    machine.add(
        "Float32 matrix product of %d x %d, %s the rows: %s%s"
            .formatted(size, size, when, text, why));
  }

  /** Adds a row with what {@link RowMain} found. */
  void row(ProgramSettings program, Outcome found) {
    List<String> row = new ArrayList<>();
    settings.swept().forEach(key -> row.add(program.value(key)));
    row.addAll(List.of(program.value("k"), program.value("mode"), program.value("xla")));
    if (found.failure().isEmpty()) {
      double speed = found.number("flops") / found.number("step");
      row.add(rounded(found.number("build"), 1));
      row.add(rounded(found.number("first_step"), 1));
      row.add(rounded(found.number("step"), 2));
      row.add(rounded(found.number("shortest_step"), 2));
      row.add(rounded(found.number("cpu_seconds"), 2));
      row.add(rounded(found.number("peak_bytes") / GIGA, 2));
      row.add(rounded(found.number("flops") / GIGA, 1));
      row.add(rounded(speed / GIGA, 1));
      row.add(rounded(found.number("peak") / GIGA, 0));
      row.add(rounded(100 * speed / found.number("peak"), 0) + " %");
    } else {
      row.add("failed: " + found.failure().replace("|", "\\|"));
      while (row.size() < rows.get(0).size()) {
        row.add("");
      }
    }
    rows.add(row);
  }

  String print() {
    StringBuilder text = new StringBuilder();
    machine.forEach(line -> text.append("- ").append(line).append('\n'));
    text.append('\n');
    rows.forEach(row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
    if (rows.stream().anyMatch(row -> row.contains(NOT_AVAILABLE))) {
      text.append(
          "\nn/a: not known here; the peak memory of a process is read from Linux alone.\n");
    }
    return text.toString();
  }

  /** A number, or {@code n/a} where it could not be measured. */
  private static String rounded(double value, int decimals) {
    return Double.isNaN(value)
        ? NOT_AVAILABLE
        : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
