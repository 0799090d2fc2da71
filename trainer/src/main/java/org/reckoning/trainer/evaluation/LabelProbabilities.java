package org.reckoning.trainer.evaluation;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Probabilities of the labels, given that one of them is the answer: {@code exp(-loss)}, divided by
 * the sum.
 *
 * @param best the most probable label; the first one of several
 * @param byLabel probabilities, in the order of the labels
 */
public record LabelProbabilities(String best, Map<String, Double> byLabel) {
  /** Copies the map. */
  public LabelProbabilities {
    byLabel = Collections.unmodifiableMap(new LinkedHashMap<>(byLabel));
  }

  /**
   * Returns the probabilities of labels.
   *
   * @param labels at least one
   * @param losses summed loss of the tokens of each label, in nats
   */
  public static LabelProbabilities of(List<String> labels, double[] losses) {
    double least = Arrays.stream(losses).min().orElse(0);
    double sum = Arrays.stream(losses).map(loss -> Math.exp(least - loss)).sum();
    Map<String, Double> probabilities = new LinkedHashMap<>();
    String best = labels.get(0);
    for (int label = 0; label < labels.size(); label++) {
      double probability = Math.exp(least - losses[label]) / sum;
      probabilities.put(labels.get(label), probability);
      best =
          probability > Objects.requireNonNull(probabilities.get(best)) ? labels.get(label) : best;
    }
    return new LabelProbabilities(best, probabilities);
  }

  /** Returns the probability of a label. */
  public double of(String label) {
    return Objects.requireNonNull(byLabel.get(label));
  }
}
