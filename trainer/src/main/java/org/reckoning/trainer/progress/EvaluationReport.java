package org.reckoning.trainer.progress;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.trainer.evaluation.Prediction;

/**
 * What an evaluation found.
 *
 * @param step after which the weights were evaluated; 0 before the first
 * @param split such as {@code val}
 * @param method of the evaluated weights
 * @param metrics by name, such as {@code acc_label}, in the order in which they are shown
 * @param leftOut ids of the tasks that were too long and are in no metric
 * @param seconds that it took
 * @param samples the first predictions, at most {@link #SAMPLES}
 */
public record EvaluationReport(
    long step,
    String split,
    String method,
    Map<String, Double> metrics,
    List<String> leftOut,
    double seconds,
    List<Prediction> samples) {
  /** How many predictions are told at most. */
  public static final int SAMPLES = 8;

  /** Copies the metrics and keeps their order. */
  public EvaluationReport {
    samples = List.copyOf(samples);
    leftOut = List.copyOf(leftOut);
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
