package org.reckoning.cli.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.inspect.FlopCount;
import org.reckoning.graph.inspect.MemoryReport;
import org.reckoning.graph.inspect.MemoryReport.Boundary;
import org.reckoning.graph.inspect.ParameterReport;
import org.reckoning.graph.inspect.ParameterReport.TensorCount;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.SegmentReport;
import org.reckoning.graph.inspect.TensorReport;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.TextTable;

/** Formats a {@link ProgramReport} as aligned text, at most 100 columns wide. */
final class ReportTable {
  private static final int WIDTH = 100;

  /** Label of the nodes outside segments. */
  private static final String AROUND = "graph around segments";

  private final ProgramReport report;
  private final List<String> lines = new ArrayList<>();

  private ReportTable(ProgramReport report) {
    this.report = report;
  }

  /**
   * Returns the report as lines that end with a line feed.
   *
   * @param processes rows about the processes that train the program
   */
  static String print(ProgramReport report, Map<String, String> processes) {
    ReportTable table = new ReportTable(report);
    table.program(processes);
    table.parameters();
    table.flops();
    table.functions();
    table.nodes();
    table.tensors();
    table.resident();
    table.boundaries();
    return String.join("\n", table.lines) + "\n";
  }

  /** Returns the size of a micro-batch, or an empty text if all facts are computed at once. */
  private static String microFacts(BilevelConfig config, TaskShape shape) {
    int facts = config.microFacts(shape);
    boolean isAuto = config.innerMicroFacts() == BilevelConfig.AUTO;
    if (facts == shape.facts()) {
      return isAuto ? ", all at a time (auto)" : "";
    }
    return ", %d at a time%s".formatted(facts, isAuto ? " (auto)" : "");
  }

  private void program(Map<String, String> processes) {
    BilevelConfig config = report.config();
    Gpt2Config model = config.model();
    TaskShape shape = report.shape();
    lines.add("program");
    TextTable table =
        TextTable.withLeft(0, 1)
            .row(
                "model",
                "GPT-2 of %d layers, width %d, %d heads, %s tokens, %s positions"
                    .formatted(
                        model.nLayer(),
                        model.nEmbd(),
                        model.nHead(),
                        Quantity.exact(model.vocabSize()),
                        Quantity.exact(model.nPositions())))
            .row(
                "inner loop",
                "K = %d, %s, %s"
                    .formatted(config.innerSteps(), config.innerOptimizer(), config.gradientMode()))
            .row(
                "pass",
                "tasks %d, facts %d x %d tokens%s, questions %d x %d tokens"
                    .formatted(
                        shape.tasks(),
                        shape.facts(),
                        shape.factTokens(),
                        microFacts(config, shape),
                        shape.questions(),
                        shape.questionTokens()))
            .row("products", products(config))
            .row(
                "XLA",
                EnumWord.of(config.xla()) + (report.callsOneDnn() ? ", products by oneDNN" : ""));
    if (config.matmulDtype() == MatmulDtype.BFLOAT16) {
      table.row("products of weights", "operands in bfloat16");
    }
    processes.forEach(table::row);
    lines.addAll(table.lines());
  }

  private String products(BilevelConfig config) {
    long bytes = report.keptProductBytes();
    String automatic = config.innerProducts() == InnerProducts.AUTO ? " (auto)" : "";
    return bytes == 0
        ? "recomputed by pullbacks" + automatic
        : "kept for pullbacks, %s bytes an inner step%s"
            .formatted(Quantity.exact(bytes), automatic);
  }

  private void parameters() {
    ParameterReport parameters = report.parameters();
    TextTable table = new TextTable().row("", "tensors", "numbers", "bytes");
    count(table, "all", parameters.total());
    count(table, "adapted by the inner loop", parameters.adapted());
    count(table, "trained by the outer loop", parameters.trained());
    count(table, "constant", parameters.constant());
    count(
        table,
        report.config().innerRates().learned() ? "inner rates, learned" : "inner rates, fixed",
        parameters.innerRates());
    section("parameters, one copy each", table);
  }

  private static void count(TextTable table, String what, TensorCount count) {
    table.row(
        what,
        Quantity.exact(count.tensors()),
        Quantity.exact(count.elements()),
        Quantity.bytes(count.bytes()));
  }

  private void flops() {
    TextTable table =
        new TextTable()
            .row("", "calls", "calls", "", "matrix", "other", "matrix", "other", "")
            .row(
                "segment", "train", "eval", "nodes", "/ call", "/ call", "/ step", "/ step",
                "share");
    for (SegmentReport segment : report.segments()) {
      table.row(
          segment.name(),
          Quantity.exact(segment.trainingCalls()),
          Quantity.exact(segment.evaluationCalls()),
          Quantity.exact(segment.nodes()),
          Quantity.rounded(segment.flops().matrix()),
          Quantity.rounded(segment.flops().other()),
          Quantity.rounded(segment.trainingFlops().matrix()),
          Quantity.rounded(segment.trainingFlops().other()),
          share(segment.trainingFlops()));
    }
    FlopCount graph = report.graph().flops();
    table.row(
        AROUND,
        "",
        "",
        Quantity.exact(report.graph().nodes()),
        "",
        "",
        Quantity.rounded(graph.matrix()),
        Quantity.rounded(graph.other()),
        share(graph));
    FlopCount total = report.trainingFlops();
    table.row(
        "training step",
        "",
        "",
        Quantity.exact(report.trainingNodes()),
        "",
        "",
        Quantity.rounded(total.matrix()),
        Quantity.rounded(total.other()),
        share(total));
    section(
        "floating-point operations before XLA's optimizations; exp, tanh, .. count as one", table);
  }

  private String share(FlopCount flops) {
    double all = Math.max(report.trainingFlops().total(), 1);
    return String.format(Locale.ROOT, "%.1f%%", 100 * flops.total() / all);
  }

  private void functions() {
    TextTable table = new TextTable().row("function", "arguments", "results");
    for (SegmentReport segment : report.segments()) {
      table.row(
          segment.function(),
          Quantity.bytes(segment.argumentBytes()),
          Quantity.bytes(segment.resultBytes()));
    }
    section("bytes passed into and out of one call; variables, passed by handle, count 0", table);
  }

  private void nodes() {
    lines.add("");
    lines.add("nodes by op type");
    for (SegmentReport segment : report.segments()) {
      nodes(segment.name(), segment.nodesByType());
    }
    nodes(AROUND, report.graph().nodesByType());
  }

  private void nodes(String name, Map<String, Integer> byType) {
    lines.add("  " + name);
    StringBuilder line = new StringBuilder("   ");
    int left = byType.size();
    for (Map.Entry<String, Integer> entry : byType.entrySet()) {
      String item =
          " " + entry.getKey() + " " + Quantity.exact(entry.getValue()) + (--left > 0 ? "," : "");
      if (line.length() + item.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder("   ");
      }
      line.append(item);
    }
    lines.add(line.toString());
  }

  private void tensors() {
    TextTable table = new TextTable().row("segment", "bytes", "count", "shape", "first node");
    for (TensorReport tensor : report.tensors()) {
      table.row(
          tensor.segment().isEmpty() ? AROUND : tensor.segment(),
          Quantity.bytes(tensor.bytes()),
          Quantity.exact(tensor.count()),
          tensor.shape().toString(),
          shortened(tensor.node()));
    }
    section("largest tensors that nodes produce, grouped by shape; XLA may fuse them", table);
  }

  private static String shortened(String name) {
    int longest = 36;
    return name.length() <= longest ? name : ".." + name.substring(name.length() - longest + 2);
  }

  private void resident() {
    TextTable table = new TextTable().row("variables", "bytes");
    report.memory().resident().forEach((group, bytes) -> table.row(group, Quantity.bytes(bytes)));
    section("always resident; 'accumulated' only after an update of several passes", table);
  }

  private void boundaries() {
    MemoryReport memory = report.memory();
    TextTable table = new TextTable().row("between", "alive", "change", "copies");
    long before = -1;
    for (Boundary boundary : memory.boundaries()) {
      table.row(
          boundary.after() + " -> " + boundary.before(),
          Quantity.bytes(boundary.bytes()),
          before < 0 ? "" : signed(boundary.bytes() - before),
          copies(boundary.bytes()));
      before = boundary.bytes();
    }
    section(
        "alive between calls, without variables; 'copies' of the adapted weights of all tasks",
        table);
    lines.add("  the temporary memory of a running segment is not included");
    memory
        .peak()
        .ifPresent(
            peak ->
                lines.add(
                    "  peak: %s (%s bytes), at %s -> %s"
                        .formatted(
                            Quantity.bytes(peak.bytes()),
                            Quantity.exact(peak.bytes()),
                            peak.after(),
                            peak.before())));
    List<Long> added = memory.addedByInnerSteps();
    if (!report.config().innerOptimizer().slots().isEmpty() && !added.isEmpty()) {
      added = added.subList(0, added.size() - 1); // the state is dropped after the last step
    }
    if (!added.isEmpty()) {
      lines.add(
          "  each further inner step adds: "
              + String.join(
                  ", ",
                  added.stream()
                      .distinct()
                      .map(bytes -> Quantity.exact(bytes) + " bytes = " + copies(bytes) + " copies")
                      .toList()));
    }
    if (memory.boundaries().stream().anyMatch(each -> each.after().startsWith("group_"))) {
      lines.add("  groups run in parallel but are listed in sequence: more may be alive");
    }
    if (report.config().xla() == XlaMode.WHOLE) {
      lines.add("  the whole pass is one compiled program: XLA decides what it keeps");
    }
  }

  private String copies(long bytes) {
    double one = (double) report.parameters().adapted().bytes() * report.shape().tasks();
    return String.format(Locale.ROOT, "%.2f", bytes / one);
  }

  private static String signed(long bytes) {
    return bytes > 0 ? "+" + Quantity.bytes(bytes) : Quantity.bytes(bytes);
  }

  private void section(String title, TextTable table) {
    lines.add("");
    lines.add(title);
    lines.addAll(table.lines());
  }
}
