package org.reckoning.graph.settings;

/**
 * Learning rates of an outer update.
 *
 * @param weights learning rate of the trained weights
 * @param rates learning rate of the inner rates
 */
public record OuterRates(double weights, double rates) {
  /**
   * Checks the rates.
   *
   * @throws IllegalArgumentException if a rate is negative or not finite
   */
  public OuterRates {
    if (!(weights >= 0 && rates >= 0) || Double.isInfinite(weights) || Double.isInfinite(rates)) {
      throw new IllegalArgumentException(
          "outer learning rates (weights %s, rates %s) must be 0 or more and finite"
              .formatted(weights, rates));
    }
  }
}
