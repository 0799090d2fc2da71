package org.reckoning.graph.settings;

/**
 * The inner learning rates: one for each adapted tensor and inner step.
 *
 * @param initial value at the start
 * @param space how they are stored
 * @param learned whether the outer loss sets them; else they keep their values
 */
public record InnerRates(double initial, Space space, boolean learned) {

  /** What the variable holds. */
  public enum Space {
    /** The rate itself, which learning may turn negative. */
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

  /** Rates that are learned and stay positive. */
  public static InnerRates log(double initial) {
    return new InnerRates(initial, Space.LOG, true);
  }

  /** Rates that are learned as they are. */
  public static InnerRates raw(double initial) {
    return new InnerRates(initial, Space.RAW, true);
  }

  /** Rates that keep their values. */
  public static InnerRates fixed(double initial) {
    return new InnerRates(initial, Space.RAW, false);
  }
}
