package org.reckoning.trainer.data.theories;

/**
 * A question about a theory.
 *
 * @param label whether the statement is true: {@code yes}, {@code no} or {@code none}
 */
record Inquiry(Literal statement, String label, Explanation explanation) {
  /** Returns whether the statement or its negation has a proof. */
  boolean isProven() {
    return explanation instanceof Explanation.Proof;
  }
}
