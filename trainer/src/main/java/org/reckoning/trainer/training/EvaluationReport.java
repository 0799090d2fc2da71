package org.reckoning.trainer.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an evaluation found.
 *
 * @param step after which the weights were evaluated; 0 before the first
 * @param split such as {@code val}
 * @param method of the evaluated weights
 * @param metrics by name, such as {@code acc_label}, in the order in which they are shown
 * @param leftOut ids of the tasks that were too long and are in no metric
 * @param seconds that it took
 */
public record EvaluationReport(
    long step,
    String split,
    String method,
    Map<String, Double> metrics,
    List<String> leftOut,
    double seconds) {
  /** Copies the metrics and keeps their order. */
  public EvaluationReport {
    leftOut = List.copyOf(leftOut);
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
