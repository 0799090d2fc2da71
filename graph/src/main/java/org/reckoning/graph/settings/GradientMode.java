package org.reckoning.graph.settings;

/**
 * Number of inner steps that the outer gradient differentiates exactly. In every earlier step the
 * inner gradient is a constant. The identity path stays, and rates are still learned.
 *
 * @param exactSteps number of last steps that keep the Hessian term
 */
public record GradientMode(int exactSteps) {

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  public GradientMode {
    if (exactSteps < 0) {
      throw new IllegalArgumentException(
          "truncated steps (%d) must be 0 or more".formatted(exactSteps));
    }
  }

  /** Returns the mode with second order through all steps. */
  public static GradientMode exact() {
    return new GradientMode(Integer.MAX_VALUE);
  }

  /** Returns the mode in which inner gradients are constants in every step. */
  public static GradientMode firstOrder() {
    return new GradientMode(0);
  }

  /**
   * Returns the mode with second order through the last {@code steps} steps, and first order
   * before.
   */
  public static GradientMode truncated(int steps) {
    return new GradientMode(steps);
  }

  /** Returns whether step {@code k} of {@code steps} keeps the Hessian term. */
  public boolean isExact(int k, int steps) {
    return k >= (long) steps - exactSteps;
  }

  /** Returns {@code exact}, {@code first_order} or {@code truncated(t)}. */
  @Override
  public String toString() {
    return switch (exactSteps) {
      case 0 -> "first_order";
      case Integer.MAX_VALUE -> "exact";
      default -> "truncated(" + exactSteps + ")";
    };
  }
}
