package org.reckoning.graph.settings;

/**
 * The inner loss of a task with F facts: the sum of their losses over a power of F. With {@link
 * #MEAN}, a fact changes the weights less, the more facts there are. With {@link #SUM}, all facts
 * together change them more.
 */
public enum InnerLoss {
  /** Over F, as in the published method: {@code L = 1/F sum_f CE_f}. The default. */
  MEAN,

  /**
   * Over the square root of F: {@code L = 1/sqrt(F) sum_f CE_f}. The gradients of F unrelated facts
   * add up to about sqrt(F) times one of them. So the weights change by about the same amount for
   * any F. Meant for far more facts than in training.
   */
  ROOT,

  /**
   * Over 1: {@code L = sum_f CE_f}. A fact changes the weights as much among many facts as among
   * few.
   */
  SUM
}
