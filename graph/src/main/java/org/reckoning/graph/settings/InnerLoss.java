package org.reckoning.graph.settings;

/**
 * The inner loss of a task with F facts: the sum of their losses over a power of F. The more facts
 * there are, the less one of them changes the weights with {@link #MEAN}, and the more all of them
 * together do with {@link #SUM}.
 */
public enum InnerLoss {
  /** Over F, as in the published method: {@code L = 1/F sum_f CE_f}. The default. */
  MEAN,

  /**
   * Over the square root of F: {@code L = 1/sqrt(F) sum_f CE_f}. The parts of F facts that have
   * nothing to do with each other add up to about sqrt(F) times one of them, so they change the
   * weights as much for any F. Meant for far more facts than in training.
   */
  ROOT,

  /**
   * Over 1: {@code L = sum_f CE_f}. A fact changes the weights as much among many facts as among
   * few.
   */
  SUM
}
