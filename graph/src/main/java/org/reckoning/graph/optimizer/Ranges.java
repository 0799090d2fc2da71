package org.reckoning.graph.optimizer;

/** Range checks of hyper-parameters. */
final class Ranges {
  private Ranges() {}

  static void requireNonNegative(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s (%s) must be 0 or more and finite".formatted(name, value));
    }
  }

  static void requirePositive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s (%s) must be positive and finite".formatted(name, value));
    }
  }

  static void requireBelowOne(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "%s (%s) must be at least 0 and less than 1".formatted(name, value));
    }
  }
}
