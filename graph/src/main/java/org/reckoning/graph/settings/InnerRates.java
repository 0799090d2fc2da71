package org.reckoning.graph.settings;

/**
 * Settings of the inner learning rates, one rate for each adapted tensor and inner step.
 *
 * @param initial initial value of every rate
 * @param space form in which the rates are stored
 * @param learned whether the outer loop learns the rates; else they are constant
 */
public record InnerRates(double initial, Space space, boolean learned) {

  /** Quantity that the variable holds. */
  public enum Space {
    /** The rate itself, which may become negative in training. */
    RAW,
    /** The logarithm of the rate, which stays positive. */
    LOG
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the initial rate is not finite, or not positive in log
   *     space
   */
  public InnerRates {
    if (!Double.isFinite(initial) || (space == Space.LOG && initial <= 0)) {
      throw new IllegalArgumentException(
          "inner rate (%s) must be %s"
              .formatted(initial, space == Space.LOG ? "positive in log space" : "finite"));
    }
  }

  /** Returns learned rates that stay positive. */
  public static InnerRates log(double initial) {
    return new InnerRates(initial, Space.LOG, true);
  }

  /** Returns learned rates without a constraint. */
  public static InnerRates raw(double initial) {
    return new InnerRates(initial, Space.RAW, true);
  }

  /** Returns constant rates. */
  public static InnerRates fixed(double initial) {
    return new InnerRates(initial, Space.RAW, false);
  }
}
