package org.reckoning.trainer.answering;

import java.util.Map;
import org.reckoning.trainer.evaluation.LabelProbabilities;

/**
 * An answer.
 *
 * @param question as it was asked
 * @param answer the most probable label, or the text where there are no labels
 * @param probability of it, among the labels or among all texts
 * @param labels probability of each label, in their order; empty where there are none
 * @param text that the model wrote, without the end of text
 * @param textProbability product over its tokens, the end of text included if it was reached
 * @param seconds of scoring the labels and writing the text
 * @param preparationSeconds to build and compile for questions of this size, and to run it once; 0
 *     if that was done before
 */
public record Reply(
    String question,
    String answer,
    double probability,
    Map<String, Double> labels,
    String text,
    double textProbability,
    double seconds,
    double preparationSeconds) {

  /** Where there are labels: the most probable one is the answer. */
  static Reply ofLabels(
      String question,
      LabelProbabilities labels,
      String text,
      double textProbability,
      double seconds,
      double preparationSeconds) {
    return new Reply(
        question,
        labels.best(),
        labels.of(labels.best()),
        labels.byLabel(),
        text,
        textProbability,
        seconds,
        preparationSeconds);
  }

  /** Where there are no labels: the text is the answer. */
  static Reply ofText(
      String question, String text, double probability, double seconds, double preparationSeconds) {
    return new Reply(
        question, text, probability, Map.of(), text, probability, seconds, preparationSeconds);
  }
}
