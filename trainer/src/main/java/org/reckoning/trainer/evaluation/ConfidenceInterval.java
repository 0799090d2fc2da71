package org.reckoning.trainer.evaluation;

/**
 * Confidence interval of a proportion, at 95 %.
 *
 * @param low lower end, at least 0
 * @param high upper end, at most 1
 */
public record ConfidenceInterval(double low, double high) {
  /**
   * @throws IllegalArgumentException if the interval is not within 0 and 1
   */
  public ConfidenceInterval {
    if (!(0 <= low && low <= high && high <= 1)) {
      throw new IllegalArgumentException(
          "interval (%s to %s) must lie between 0 and 1".formatted(low, high));
    }
  }

  /** The 97.5 % quantile of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  /**
   * Returns the score interval of Wilson (1927), which also holds near 0 and 1: for 500 of 500 it
   * is 0.9924 to 1.
   *
   * <pre>{@code
   * centre = (p + z^2 / 2n) / (1 + z^2 / n)
   * half   = z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n)
   * }</pre>
   *
   * @param hits number of right answers
   * @param trials number of answers, at least 1
   * @throws IllegalArgumentException if trials are below 1, or hits are not in [0, trials]
   */
  public static ConfidenceInterval wilson(long hits, long trials) {
    if (trials < 1 || hits < 0 || hits > trials) {
      throw new IllegalArgumentException(
          "hits (%d) must be 0 to trials (%d), and trials at least 1".formatted(hits, trials));
    }
    double n = trials;
    double p = hits / n;
    double scale = 1 + Z * Z / n;
    double centre = (p + Z * Z / (2 * n)) / scale;
    double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / scale;
    // without rounding errors at the ends
    double low = hits == 0 ? 0 : centre - half;
    double high = hits == trials ? 1 : centre + half;
    return new ConfidenceInterval(low, high);
  }
}
