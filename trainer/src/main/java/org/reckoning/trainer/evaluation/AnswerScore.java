package org.reckoning.trainer.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * Score of a generated answer.
 *
 * @param exact whether the text equals the target, after normalisation
 * @param label whether the label is right
 * @param f1 overlap of the words with those of the target, as multisets
 * @param f1Ref overlap as the reference implementation computes it
 * @param knowledge score of the facts after the label; null if the target has none
 */
public record AnswerScore(
    boolean exact, boolean label, double f1, double f1Ref, @Nullable Knowledge knowledge) {

  /**
   * Score of the facts after a label. Repeated and empty facts do not count.
   *
   * @param hits number of generated facts that are relevant
   * @param generated number of generated facts
   * @param gold number of relevant facts
   */
  public record Knowledge(int hits, int generated, int gold) {
    /** Returns whether the answer has exactly the relevant facts, in any order. */
    public boolean exact() {
      return hits == generated && hits == gold;
    }
  }
}
