package org.reckoning.graph.unroll;

import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Losses and correct predictions of the targets of questions.
 *
 * @param loss summed -log p of the target tokens of each question, in nats [N, Q]
 * @param correct number of target tokens that have the largest logit [N, Q]
 * @param targets number of target tokens [N, Q]
 */
public record QuestionScores<T extends TNumber>(
    Operand<T> loss, Operand<T> correct, Operand<T> targets) {
  private static final String LOSS = "questions/loss";
  private static final String CORRECT = "questions/correct";
  private static final String TARGETS = "questions/targets";

  /** Reads the results of a segment. */
  public static <T extends TNumber> QuestionScores<T> of(Tensors out, Class<T> type) {
    return new QuestionScores<>(
        out.get(LOSS, type), out.get(CORRECT, type), out.get(TARGETS, type));
  }

  /** Returns the scores as named results of a segment. */
  Tensors named() {
    return new Tensors().put(LOSS, loss).put(CORRECT, correct).put(TARGETS, targets);
  }
}
