package org.reckoning.cli.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.SegmentReport;
import org.reckoning.graph.inspect.StepTimes;
import org.reckoning.graph.inspect.TensorReport;
import org.reckoning.graph.inspect.XlaMemory;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.text.EnumWord;

/** Converts an inspection to one JSON object: the records of the reports, in snake case. */
final class InspectionJson {
  private InspectionJson() {}

  /**
   * Returns the inspection as JSON text.
   *
   * @param report the program
   * @param processes texts about the processes that train the program
   * @param times measured times; null if nothing was measured
   * @param memory XLA's memory reports of compiled functions
   * @param dumps XLA's dumps; null if they are not kept
   */
  static String of(
      ProgramReport report,
      Map<String, String> processes,
      @Nullable StepTimes times,
      List<XlaMemory> memory,
      @Nullable XlaDumps dumps)
      throws IOException {
    ObjectNode json = Json.SNAKE_CASE.createObjectNode();
    BilevelConfig config = report.config();
    ObjectNode program = json.putObject("program");
    program.set("model", Json.SNAKE_CASE.valueToTree(config.model()));
    program.put("inner_steps", config.innerSteps());
    program.put("inner_optimizer", config.innerOptimizer().toString());
    program.put("inner_loss", EnumWord.of(config.innerLoss()));
    program.put("gradient", config.gradientMode().toString());
    program.put("matmul_dtype", EnumWord.of(config.matmulDtype()));
    program.put("inner_products", EnumWord.of(config.innerProducts()));
    program.put("kept_product_bytes", report.keptProductBytes());
    program.put("micro_facts", config.microFacts(report.shape()));
    program.put("xla", EnumWord.of(config.xla()));
    program.put("onednn", report.callsOneDnn());
    program.put("buckets", config.shapes().size());
    program.set("shape", Json.SNAKE_CASE.valueToTree(report.shape()));
    processes.forEach(program::put);
    json.set("parameters", Json.SNAKE_CASE.valueToTree(report.parameters()));
    json.set("segments", Json.SNAKE_CASE.valueToTree(report.segments()));
    json.set("graph", Json.SNAKE_CASE.valueToTree(report.graph()));
    ObjectNode step = json.putObject("training_step");
    step.put("nodes", report.trainingNodes());
    step.set("flops", Json.SNAKE_CASE.valueToTree(report.trainingFlops()));
    ArrayNode tensors = json.putArray("largest_tensors");
    report.tensors().forEach(tensor -> tensors.add(tensor(tensor)));
    json.set("memory", Json.SNAKE_CASE.valueToTree(report.memory()));
    if (times != null) {
      ObjectNode measured = json.putObject("times");
      measured.put("steps", times.steps());
      measured.put("first_seconds", times.firstSeconds());
      measured.put("plain_seconds", times.plainSeconds());
      measured.put("traced_seconds", times.tracedSeconds());
      measured.put("outside_seconds", times.outsideSeconds());
      measured.set("calls", Json.SNAKE_CASE.valueToTree(times.calls()));
      json.set("xla_memory", Json.SNAKE_CASE.valueToTree(memory));
    }
    if (dumps != null) {
      ObjectNode files = json.putObject("xla_dumps");
      files.put("directory", dumps.directory().toString());
      files.set("modules", Json.SNAKE_CASE.valueToTree(dumps.modules(functions(report))));
    }
    return write(json);
  }

  /** Returns the names of the functions of a program. */
  static Set<String> functions(ProgramReport report) {
    return report.segments().stream().map(SegmentReport::function).collect(Collectors.toSet());
  }

  private static ObjectNode tensor(TensorReport tensor) {
    ObjectNode json = Json.SNAKE_CASE.createObjectNode();
    json.put("segment", tensor.segment());
    json.put("node", tensor.node());
    json.put("dtype", tensor.dtype().name());
    json.set("shape", Json.SNAKE_CASE.valueToTree(tensor.shape().asArray()));
    json.put("bytes", tensor.bytes());
    json.put("count", tensor.count());
    return json;
  }

  private static String write(ObjectNode json) throws JsonProcessingException {
    return Json.SNAKE_CASE.writerWithDefaultPrettyPrinter().writeValueAsString(json);
  }
}
