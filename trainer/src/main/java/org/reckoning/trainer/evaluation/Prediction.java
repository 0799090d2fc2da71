package org.reckoning.trainer.evaluation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answer of a model to one question of an evaluation.
 *
 * @param id id of the task
 * @param hops hops of the task; -1 if unknown
 * @param question its text
 * @param label the right label
 * @param scored the label that scoring chooses: the sum of the losses of its tokens is the smallest
 * @param probabilities probabilities of the labels, see {@link LabelProbabilities}
 * @param loss mean over the tokens of the training target
 * @param innerLossBefore mean loss of the facts before the inner steps; null without inner steps
 * @param innerLossAfter mean loss of the facts after the last inner step; null without inner steps
 * @param target expected text; null if none was generated
 * @param generated generated text without the end of text; null if none was generated
 * @param score score of the generated text; null if none was generated
 */
public record Prediction(
    String id,
    int hops,
    String question,
    String label,
    String scored,
    Map<String, Double> probabilities,
    double loss,
    @Nullable Double innerLossBefore,
    @Nullable Double innerLossAfter,
    @Nullable String target,
    @Nullable String generated,
    @Nullable AnswerScore score) {

  /** Returns whether the label with the smallest loss is right. */
  public boolean scoredRight() {
    return scored.equals(label);
  }
}
