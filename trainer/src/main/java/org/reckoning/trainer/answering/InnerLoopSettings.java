package org.reckoning.trainer.answering;

import org.reckoning.trainer.data.DatasetType;

/**
 * Inner-loop settings for a model that was not meta-trained. A run has settings of its own.
 *
 * @param steps number of inner steps K
 * @param rate of all inner steps, which are gradient descent
 * @param type of data, whose templates surround facts and questions
 */
public record InnerLoopSettings(int steps, double rate, DatasetType type) {
  /** Four steps with rate 0.01, and questions without a template. */
  public static final InnerLoopSettings DEFAULT =
      new InnerLoopSettings(4, 0.01, DatasetType.CLUTRR);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public InnerLoopSettings {
    if (steps < 0) {
      throw new IllegalArgumentException("steps (%d) must be 0 or more".formatted(steps));
    }
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException("rate (%s) must be 0 or more, and finite".formatted(rate));
    }
  }
}
