package org.reckoning.trainer.evaluation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model answered to one question.
 *
 * @param id of the task
 * @param hops of the task, 0 where it is not known
 * @param question as it was asked
 * @param label the right one
 * @param scored the label with the smallest summed loss of its tokens
 * @param probabilities of the labels: {@code exp(-loss)}, divided by their sum
 * @param loss mean over the tokens of the training target
 * @param innerLossBefore mean loss of the facts before the inner steps; null without inner steps
 * @param innerLossAfter the same after the last inner step
 * @param target the text that was to be generated; null where nothing was
 * @param generated the text that was generated, without the end of text
 * @param score of the generated text
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

  /** Returns whether the label of least loss is the right one. */
  public boolean scoredRight() {
    return scored.equals(label);
  }
}
