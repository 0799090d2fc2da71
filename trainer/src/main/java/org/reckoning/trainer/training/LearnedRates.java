package org.reckoning.trainer.training;

import java.util.List;

/**
 * The learning rates of the inner loop.
 *
 * @param tensors names of the adapted tensors
 * @param values a row for each tensor, with a rate for each inner step [J, K]
 */
public record LearnedRates(List<String> tensors, double[][] values) {
  /** Nothing is learned. */
  public static final LearnedRates NONE = new LearnedRates(List.of(), new double[0][]);

  /** Copies the names. */
  public LearnedRates {
    tensors = List.copyOf(tensors);
  }

  /** Returns how many inner steps there are. */
  int steps() {
    return values.length == 0 ? 0 : values[0].length;
  }

  /** Returns the rates of a step, one for each tensor. */
  double[] ofStep(int step) {
    double[] rates = new double[values.length];
    for (int j = 0; j < rates.length; j++) {
      rates[j] = values[j][step];
    }
    return rates;
  }
}
