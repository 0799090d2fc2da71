package org.reckoning.trainer.progress;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.trainer.evaluation.Prediction;

/**
 * Report on an evaluation.
 *
 * @param step of the evaluated weights; 0 before the first step
 * @param split name, such as {@code val}
 * @param method of the run
 * @param metrics by name, such as {@code acc_label}, in their order on the console
 * @param leftOut ids of the tasks that are too long and count in no metric
 * @param seconds of the evaluation
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
  /** The largest number of samples. */
  public static final int SAMPLES = 8;

  /** Copies lists and metrics. */
  public EvaluationReport {
    samples = List.copyOf(samples);
    leftOut = List.copyOf(leftOut);
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
