package org.reckoning.graph.program;

/** Signals a loss, gradient, weight or log-probability that is infinite or NaN. */
public final class NotFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  NotFiniteException(String what, double value) {
    super(
        "%s is not finite (%s): lower the learning rates or look at the data"
            .formatted(what, value));
  }

  static double require(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new NotFiniteException(what, value);
    }
    return value;
  }

  static void require(String what, double[] values) {
    for (double value : values) {
      require(what, value);
    }
  }
}
