package org.reckoning.trainer.evaluation;

import java.util.List;

/**
 * Mean over runs with different seeds, and its confidence interval at 95 %.
 *
 * @param mean over the runs
 * @param low lower end
 * @param high upper end
 */
public record MeanInterval(double mean, double low, double high) {
  /** The 97.5 % quantiles of Student's t distribution for 1 to 30 degrees of freedom. */
  private static final double[] T = {
    12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
    2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922,
    2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831,
    2.048407, 2.045230, 2.042272
  };

  /**
   * Returns the interval of Student (1908): {@code mean -+ t s / sqrt(n)}. It assumes that the runs
   * are a sample of normally distributed values. With more than 31 runs it is a little too wide.
   *
   * @param values one of each run, at least 2
   * @throws IllegalArgumentException if there are fewer than 2 values
   */
  public static MeanInterval student(List<Double> values) {
    int n = values.size();
    if (n < 2) {
      throw new IllegalArgumentException("values (%d) must be at least 2".formatted(n));
    }
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    double half = T[Math.min(n - 1, T.length) - 1] * Math.sqrt(squares / (n - 1) / n);
    return new MeanInterval(mean, mean - half, mean + half);
  }

  /** Returns this interval within 0 and 1, for a metric that is a share. */
  public MeanInterval ofShare() {
    return new MeanInterval(mean, Math.max(0, low), Math.min(1, high));
  }
}
