package org.reckoning.cli.study;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.text.TextTable;

/** A report as Markdown. */
final class ReportText {
  private final StudyReport report;
  private final Set<String> drawn;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param drawn names of the pictures that have a file
   */
  ReportText(StudyReport report, Set<String> drawn) {
    this.report = report;
    this.drawn = drawn;
  }

  /** Returns the text of {@code report.md}. */
  String markdown() {
    add("# Study " + report.study() + ", size " + report.size(), "", report.question(), "");
    String own = report.words().isEmpty() ? "" : " with `" + join(report.words()) + "`";
    long timed =
        report.timings().values().stream().filter(timing -> timing.times() != null).count();
    List<String> done = new ArrayList<>();
    count(done, report.count(StudyReport.Status.DONE), report.runs().size(), "runs");
    count(done, timed, report.timings().size(), "timings");
    add(
        "%s are done%s. Made by %s, commit %s."
            .formatted(String.join(" and ", done), own, report.version(), report.commit()),
        "");
    report.pictures().forEach(this::picture);
    report.timings().forEach(this::timing);
    failures();
    if (!report.runs().isEmpty()) {
      runs();
    }
    words();
    return String.join("\n", lines) + "\n";
  }

  private void picture(String name, StudyReport.Picture picture) {
    add("## " + name, "");
    if (picture.cells().isEmpty()) {
      add(report.whyEmpty(picture), "");
      return;
    }
    if (drawn.contains(name)) {
      add("![%s by %s](%s.png)".formatted(picture.metric(), picture.x(), name), "");
    }
    add(picture.see(), "");
    table(picture).markdown().forEach(this::add);
    add("", explanation(picture), "");
  }

  private static void count(List<String> counts, long done, int all, String what) {
    if (all > 0) {
      counts.add("%d of %d %s".formatted(done, all, what));
    }
  }

  private void timing(String name, StudyReport.Timing timing) {
    add("## " + name, "");
    if (timing.times() == null) {
      add("Not measured yet.", "");
      return;
    }
    if (drawn.contains(name)) {
      add("![seconds by questions](%s.png)".formatted(name), "");
    }
    timing.times().totals().markdown().forEach(this::add);
    add("", "Seconds of questions one by one, facts included; medians. Parts:", "");
    timing.times().parts().markdown().forEach(this::add);
    add("");
    timing.times().gains().forEach(gain -> add("- " + gain));
    add("");
  }

  /** Returns a table with a row for each line and a column for each value of the axis. */
  static TextTable table(StudyReport.Picture picture) {
    Set<String> columns = new LinkedHashSet<>();
    Set<String> rows = new LinkedHashSet<>();
    for (Cell cell : picture.cells()) {
      columns.add(cell.x());
      rows.add(cell.line());
    }
    TextTable table = new TextTable();
    List<String> heading = new ArrayList<>();
    heading.add("%s by %s, %s".formatted(picture.metric(), picture.line(), picture.x()));
    heading.addAll(columns);
    table.row(heading);
    for (String row : rows) {
      List<String> cells = new ArrayList<>(List.of(row));
      for (String column : columns) {
        cells.add(
            picture.cells().stream()
                .filter(cell -> cell.line().equals(row) && cell.x().equals(column))
                .map(cell -> Cell.text(picture.metric(), cell.mean(), cell.low(), cell.high()))
                .findFirst()
                .orElse("-"));
      }
      table.row(cells);
    }
    return table;
  }

  private static String explanation(StudyReport.Picture picture) {
    int least = picture.cells().stream().mapToInt(Cell::seeds).min().orElseThrow();
    int most = picture.cells().stream().mapToInt(Cell::seeds).max().orElseThrow();
    String seeds = least == most ? Integer.toString(most) : least + " to " + most;
    String mean = "Means over %s seed%s".formatted(seeds, most == 1 ? "" : "s");
    if (picture.cells().stream().allMatch(cell -> cell.interval() == null)) {
      return mean + ".";
    }
    return mean
        + (most == 1
            ? ", with Wilson's 95 % interval over the problems. It ignores differences between seeds."
            : ", with Student's 95 % interval over the seeds; with one seed, Wilson's over the problems.");
  }

  private void failures() {
    if (!report.failures().isEmpty()) {
      add("## Failures", "");
      report.failures().forEach(failure -> add("- " + failure));
      add("");
    }
  }

  private void runs() {
    TextTable table = TextTable.withLeft(1, 2, 4);
    table.row(
        "run",
        "name",
        "varied",
        "seed",
        "problems of",
        "hops",
        "problems",
        "label right, scored",
        "generated",
        "f1",
        "loss");
    for (StudyReport.Run each : report.runs()) {
      StudyRun run = each.run();
      List<String> start =
          List.of(
              Integer.toString(run.number()),
              run.name(),
              join(run.varied()),
              Long.toString(run.seed()));
      if (each.results().isEmpty()) {
        table.row(with(start, EnumWord.of(each.status())));
      }
      for (StudyReport.Result result : each.results()) {
        String leftOut = result.leftOut() == 0 ? "" : " + %d too long".formatted(result.leftOut());
        table.row(
            with(
                start,
                result.examination(),
                ReasoningTask.hopsText(result.hops()),
                result.problems() + leftOut,
                Cell.text(
                    Evaluation.ACC_SCORED,
                    result.metrics().getOrDefault(Evaluation.ACC_SCORED, Double.NaN),
                    result.scored().low(),
                    result.scored().high()),
                metric(result, Evaluation.ACC_LABEL),
                metric(result, "f1"),
                metric(result, "loss")));
      }
    }
    add("## Runs", "");
    table.markdown().forEach(this::add);
    add("", "Intervals are Wilson's over the problems of a run, at 95 %.", "");
  }

  private static String metric(StudyReport.Result result, String name) {
    Double value = result.metrics().get(name);
    return value == null ? "-" : Cell.text(name, value, null, null);
  }

  private void words() {
    add("## Configurations", "", "Each line makes one run or timing.", "", "```");
    for (StudyReport.Run each : report.runs()) {
      String quoted = join(each.run().words().stream().map(ShellWord::quoted).toList());
      add("./reckoning train %s seed=%d".formatted(quoted, each.run().seed()));
    }
    for (StudyReport.Timing each : report.timings().values()) {
      String quoted = join(each.words().stream().map(ShellWord::quoted).toList());
      add("./reckoning bench encoding " + quoted);
    }
    add("```");
  }

  private static String join(List<String> words) {
    return String.join(" ", words);
  }

  private static List<String> with(List<String> start, String... more) {
    List<String> all = new ArrayList<>(start);
    all.addAll(List.of(more));
    return all;
  }

  private void add(String... more) {
    lines.addAll(List.of(more));
  }
}
