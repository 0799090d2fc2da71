package org.reckoning.graph.program;

/** Signals an infinite or NaN loss or gradient. The weights are those before the update. */
public final class NotFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  NotFiniteException(String what, double value) {
    super(
        "%s is not finite (%s); the weights are unchanged: lower the learning rates or look at the data"
            .formatted(what, value));
  }

  static double require(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new NotFiniteException(what, value);
    }
    return value;
  }
}
