package org.reckoning.trainer.progress;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What listeners are told in tests. */
final class Reports {
  private Reports() {}

  static RunStart start(Path directory) {
    return new RunStart("demo", directory, "reckoning", "CPU:0", 12_345, "2 layers\nK = 4", 4);
  }

  /** Step {@code step} of 4: half a second, 600 tokens. */
  static StepReport step(long step) {
    return new StepReport(step, 4, 0.5, List.of(2.0, 1.5, 1.0), 0.25, 3, 4, 1e-3, 0.5, 600, 32);
  }

  static StepReport stepWithoutInnerLoop(long step) {
    return new StepReport(
        step, 4, Double.NaN, List.of(), 0.25, 3, Double.NaN, 1e-3, 0.5, 60_000, 32);
  }

  static EvaluationReport evaluation(long step, String method) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("exact_match", 0.75);
    metrics.put("acc_label", 0.875);
    return new EvaluationReport(step, "val", method, metrics, List.of(), 1.5, List.of());
  }

  static RunEnd end() {
    return new RunEnd(4, 3723, "all steps are done", RunEnd.Outcome.DONE);
  }
}
