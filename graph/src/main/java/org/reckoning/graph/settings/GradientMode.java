package org.reckoning.graph.settings;

/**
 * How much of the inner loop the outer gradient sees. In a step that is not differentiated the
 * inner gradient counts as a constant; the identity path stays, and rates are still learned.
 *
 * @param exactSteps the Hessian term is kept in this many last steps
 */
public record GradientMode(int exactSteps) {

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public GradientMode {
    if (exactSteps < 0) {
      throw new IllegalArgumentException(
          "truncated steps (%d) must be 0 or more".formatted(exactSteps));
    }
  }

  /** Second order through all steps. */
  public static GradientMode exact() {
    return new GradientMode(Integer.MAX_VALUE);
  }

  /** Inner gradients are constants in every step. */
  public static GradientMode firstOrder() {
    return new GradientMode(0);
  }

  /** Second order through the last {@code steps} steps, first order before. */
  public static GradientMode truncated(int steps) {
    return new GradientMode(steps);
  }

  /** Returns whether the Hessian term is kept in step {@code k} of {@code steps}. */
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
