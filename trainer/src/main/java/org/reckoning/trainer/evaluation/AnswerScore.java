package org.reckoning.trainer.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * What one generated answer is worth.
 *
 * @param exact whether the whole text is the target, normalised
 * @param label whether the label is
 * @param f1 overlap of the words with the target's, as multisets
 * @param f1Ref the same as the reference implementation computes it
 * @param knowledge of the facts after the label; null where none are to be told
 */
public record AnswerScore(
    boolean exact, boolean label, double f1, double f1Ref, @Nullable Knowledge knowledge) {

  /**
   * Facts told after a label. Doubles and empty pieces do not count.
   *
   * @param hits how many of the generated are relevant
   * @param generated how many were generated
   * @param gold how many are relevant
   */
  public record Knowledge(int hits, int generated, int gold) {
    /** Returns whether exactly the relevant facts were told, in any order. */
    public boolean exact() {
      return hits == generated && hits == gold;
    }
  }
}
