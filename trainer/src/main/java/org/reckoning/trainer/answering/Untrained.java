package org.reckoning.trainer.answering;

import org.reckoning.trainer.data.DatasetType;

/**
 * How a model that has never learned to learn from facts is asked, as it does not say so itself.
 *
 * @param steps inner steps K
 * @param rate of all inner steps, which are of gradient descent
 * @param type whose templates apply
 */
public record Untrained(int steps, double rate, DatasetType type) {
  /** Four steps of rate 0.01, and questions that are asked as they are. */
  public static final Untrained DEFAULT = new Untrained(4, 0.01, DatasetType.CLUTRR);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Untrained {
    if (steps < 0) {
      throw new IllegalArgumentException("steps (%d) must be 0 or more".formatted(steps));
    }
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException("rate (%s) must be 0 or more, and finite".formatted(rate));
    }
  }
}
