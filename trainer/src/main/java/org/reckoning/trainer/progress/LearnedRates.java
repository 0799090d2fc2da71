package org.reckoning.trainer.progress;

import java.util.List;

/** Learning rates of the inner loop, one for each adapted tensor and inner step [J, K]. */
public final class LearnedRates {
  /** The rates of a run that learns none. */
  public static final LearnedRates NONE = new LearnedRates(List.of(), new double[0][]);

  private final List<String> tensors;
  private final double[][] values;

  /**
   * @param tensors names of the adapted tensors
   * @param values rates, a row for each tensor and a column for each inner step [J, K]
   */
  public LearnedRates(List<String> tensors, double[][] values) {
    this.tensors = List.copyOf(tensors);
    this.values = values;
  }

  List<String> tensors() {
    return tensors;
  }

  double[][] values() {
    return values;
  }

  /** Returns the number of inner steps K. */
  int steps() {
    return values.length == 0 ? 0 : values[0].length;
  }

  /** Returns the rates of an inner step, one for each tensor [J]. */
  double[] ofStep(int step) {
    double[] rates = new double[values.length];
    for (int j = 0; j < rates.length; j++) {
      rates[j] = values[j][step];
    }
    return rates;
  }
}
