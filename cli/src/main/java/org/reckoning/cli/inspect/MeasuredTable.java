package org.reckoning.cli.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.SegmentReport;
import org.reckoning.graph.inspect.StepTimes;
import org.reckoning.graph.inspect.XlaMemory;
import org.reckoning.trainer.text.TextTable;

/** Formats measured times and memory as aligned text, at most 100 columns wide. */
final class MeasuredTable {
  private static final double MILLIS = 1e3;
  private static final double GIGA = 1e9;

  /** Name of the segment that holds a whole training pass. */
  private static final String PASS = "train_pass";

  private MeasuredTable() {}

  /** Returns the time of a training step by segment, as lines that end with a line feed. */
  static String times(ProgramReport report, StepTimes times) {
    Map<String, List<StepTimes.CallTime>> bySegment = new LinkedHashMap<>();
    times
        .calls()
        .forEach(
            call -> bySegment.computeIfAbsent(call.segment(), name -> new ArrayList<>()).add(call));
    TextTable table =
        new TextTable().row("segment", "calls", "ms / call", "ms / step", "share", "GFLOP/s");
    bySegment.forEach(
        (segment, calls) -> {
          double seconds = calls.stream().mapToDouble(StepTimes.CallTime::seconds).sum();
          double matrix = matrix(report, calls, times);
          table.row(
              segment,
              Quantity.exact(calls.size()),
              millis(seconds / calls.size()),
              millis(seconds),
              share(seconds, times),
              String.format(Locale.ROOT, "%.1f", matrix / seconds / GIGA));
        });
    table.row(
        "outside of calls",
        "",
        "",
        millis(times.outsideSeconds()),
        share(times.outsideSeconds(), times),
        "");
    table.row("training step", "", "", millis(times.tracedSeconds()), "100.0%", "");
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "time of a training step: medians of %d traced steps; FLOP of matrix products"
            .formatted(times.steps()));
    lines.addAll(table.lines());
    if (times.sideBySide()) {
      lines.add("  parallel calls are counted separately");
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "  first step, with compilation: %.1f s; a whole step without tracing: %s ms",
            times.firstSeconds(),
            millis(times.plainSeconds())));
    return text(lines);
  }

  /**
   * Returns XLA's memory reports by segment, as lines that end with a line feed.
   *
   * @param reports reports of functions; a function without one was not compiled
   */
  static String memory(ProgramReport program, List<XlaMemory> reports) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    if (reports.isEmpty()) {
      lines.add("XLA wrote no memory report");
      return text(lines);
    }
    TextTable table =
        new TextTable().row("segment", "total", "arguments", "results", "temporaries", "constants");
    for (SegmentReport segment : program.segments()) {
      reports.stream()
          .filter(memory -> memory.function().equals(segment.function()))
          .findFirst()
          .ifPresentOrElse(
              memory ->
                  table.row(
                      segment.name(),
                      Quantity.bytes(memory.total()),
                      Quantity.bytes(memory.arguments()),
                      Quantity.bytes(memory.results()),
                      Quantity.bytes(memory.temporaries()),
                      Quantity.bytes(memory.constants())),
              () -> table.row(segment.name(), "none", "", "", "", ""));
    }
    lines.add("memory of a call as planned by XLA; 'none': not compiled in a training step");
    lines.addAll(table.lines());
    return text(lines);
  }

  /** Returns the operations of calls; those of a whole pass include the segments that it calls. */
  private static double matrix(
      ProgramReport report, List<StepTimes.CallTime> calls, StepTimes times) {
    double matrix = 0;
    for (SegmentReport segment : report.segments()) {
      if (isOneOf(calls, segment)) {
        long count =
            calls.stream().filter(call -> call.function().equals(segment.function())).count();
        matrix += (double) segment.flops().matrix() * count;
      } else if (calls.get(0).segment().equals(PASS) && !isOneOf(times.calls(), segment)) {
        matrix += segment.trainingFlops().matrix();
      }
    }
    return matrix;
  }

  private static boolean isOneOf(List<StepTimes.CallTime> calls, SegmentReport segment) {
    return calls.stream().anyMatch(call -> call.function().equals(segment.function()));
  }

  private static String millis(double seconds) {
    double millis = MILLIS * seconds;
    return String.format(Locale.ROOT, millis < 100 ? "%.2f" : "%.0f", millis);
  }

  private static String share(double seconds, StepTimes times) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * seconds / times.tracedSeconds());
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
