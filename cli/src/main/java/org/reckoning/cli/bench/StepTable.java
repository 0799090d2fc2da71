package org.reckoning.cli.bench;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ChildJvm.Outcome;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.trainer.text.TextTable;

/**
 * The results of {@code bench step} as Markdown: a list of facts about the machine, then a table.
 */
final class StepTable {
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

  private final StepSettings settings;
  private final List<String> machine = new ArrayList<>();
  private final TextTable table = new TextTable();
  private boolean lacksValues;
  private boolean failed;

  StepTable(StepSettings settings) {
    this.settings = settings;
    List<String> header = new ArrayList<>(settings.swept());
    header.addAll(HEADER);
    table.row(header);
  }

  /** Adds the report of {@link MachineMain} from before the rows. */
  void start(Outcome found) {
    machine.add("Date: " + LocalDate.now(ZoneId.systemDefault()));
    machine.add("Machine: " + found.results().getOrDefault("machine", "unknown"));
    machine.add("Software: " + found.results().getOrDefault("software", "unknown"));
    machine.add("Devices: " + found.results().getOrDefault("devices", "unknown"));
    machine.add(
        "Environment of each process: "
            + ChildJvm.environment().entrySet().stream()
                .map(variable -> "`" + variable + "`")
                .collect(Collectors.joining(" ")));
    machine.add("Programs: `" + String.join(" ", settings.common()) + "`");
    peak("before", found);
  }

  /** Adds the report of {@link MachineMain} from after the rows. */
  void end(Outcome found) {
    peak("after", found);
  }

  private void peak(String when, Outcome found) {
    failed |= !found.failure().isEmpty();
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

  /** Adds a row with the report of {@link StepMeasurementMain}. */
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
      failed = true;
      row.add("failed: " + found.failure());
    }
    lacksValues |= row.contains(NOT_AVAILABLE);
    table.row(row);
  }

  /** Returns whether a row or the peak could not be measured. */
  boolean failed() {
    return failed;
  }

  /** Returns the lines of the document. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    machine.forEach(line -> lines.add("- " + line));
    lines.add("");
    lines.addAll(table.markdown());
    if (lacksValues) {
      lines.add("");
      lines.add("n/a: not known; the peak memory of a process is read on Linux only.");
    }
    return lines;
  }

  /** Returns a number, or {@code n/a} if it was not measured. */
  private static String rounded(double value, int decimals) {
    return Double.isNaN(value)
        ? NOT_AVAILABLE
        : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
