package org.reckoning.graph.settings;

import java.util.Arrays;

/** How the losses of a task's facts become its inner loss. */
public enum InnerLoss {
  /**
   * Their mean, as in the published method: {@code L = 1/F sum_f CE_f}. Among more facts each one
   * changes the weights less. The default.
   */
  MEAN,

  /**
   * Their sum: {@code L = sum_f CE_f}. A fact changes the weights as much among many facts as among
   * few, so a model can be told more of them than its training tasks had.
   */
  SUM;

  /**
   * Returns the divisors of the sums of losses.
   *
   * @param facts numbers of facts of the tasks, at least 1 [N]
   */
  public double[] divisors(double[] facts) {
    return this == MEAN ? facts : Arrays.stream(facts).map(count -> 1).toArray();
  }
}
