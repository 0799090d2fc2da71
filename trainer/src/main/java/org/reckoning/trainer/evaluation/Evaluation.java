package org.reckoning.trainer.evaluation;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.Json;

/**
 * Predictions for a split, and their metrics.
 *
 * @param predictions one for each question, in the order of the split
 */
public record Evaluation(List<Prediction> predictions) {
  /** Share of questions whose right label has the smallest summed loss. */
  public static final String ACC_SCORED = "acc_scored";

  /** Share of questions whose generated label is right; see {@code AnswerMetrics}. */
  public static final String ACC_LABEL = "acc_label";

  /** Copies the list. */
  public Evaluation {
    predictions = List.copyOf(predictions);
  }

  /**
   * Returns the metrics by name: {@code loss}, {@code acc_scored} and, for generated texts, those
   * of {@code AnswerMetrics}.
   */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("loss", predictions.stream().mapToDouble(Prediction::loss).average().orElse(0));
    metrics.put(ACC_SCORED, hits() / (double) predictions.size());
    List<AnswerScore> scores =
        predictions.stream().map(Prediction::score).filter(Objects::nonNull).toList();
    if (!scores.isEmpty()) {
      metrics.putAll(AnswerMetrics.summarise(scores));
    }
    return metrics;
  }

  /** Returns the 95 % interval of {@link #ACC_SCORED}. */
  public ConfidenceInterval interval() {
    return ConfidenceInterval.wilson(hits(), predictions.size());
  }

  private long hits() {
    return predictions.stream().filter(Prediction::scoredRight).count();
  }

  /**
   * Returns the tasks without predictions, as they are too long. Of tasks with the same id, the
   * last ones are taken for those.
   */
  public List<ReasoningTask> leftOut(List<ReasoningTask> tasks) {
    Map<String, Integer> predicted = new HashMap<>();
    predictions.forEach(each -> predicted.merge(each.id(), 1, Integer::sum));
    List<ReasoningTask> leftOut = new ArrayList<>();
    for (ReasoningTask task : tasks) {
      int questions = task.questions().size();
      if (predicted.getOrDefault(task.id(), 0) < questions) {
        leftOut.add(task);
      } else {
        predicted.merge(task.id(), -questions, Integer::sum);
      }
    }
    return leftOut;
  }

  /** Writes the predictions, a JSON object a line, in place of a file of the same name. */
  public void writePredictions(Path file) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(file)) {
      OutputStream lines = new BufferedOutputStream(output.stream());
      for (Prediction prediction : predictions) {
        lines.write(Json.SNAKE_CASE.writeValueAsBytes(prediction));
        lines.write('\n');
      }
      lines.flush();
      output.commit();
    }
  }

  /** Returns the evaluation of each number of hops, in ascending order. */
  public SortedMap<Integer, Evaluation> byHops() {
    SortedMap<Integer, List<Prediction>> groups = new TreeMap<>();
    predictions.forEach(
        each -> groups.computeIfAbsent(each.hops(), hops -> new ArrayList<>()).add(each));
    SortedMap<Integer, Evaluation> byHops = new TreeMap<>();
    groups.forEach((hops, group) -> byHops.put(hops, new Evaluation(group)));
    return byHops;
  }
}
