package org.reckoning.trainer.run;

import org.jspecify.annotations.Nullable;

/**
 * Progress of a run. With the variables it is all that a resumed run needs: the order of an epoch
 * and the dropout masks follow from the seed and these numbers.
 *
 * @param step updates made
 * @param position batches read, over all epochs
 * @param best best value of the monitored metric; null before the first validation
 * @param bestStep step of the best value
 * @param validationsSinceBest validations after that step
 * @param validatedStep last step after which the weights were validated
 * @param seconds of training, before and after resuming
 */
public record TrainingState(
    long step,
    long position,
    @Nullable Double best,
    long bestStep,
    int validationsSinceBest,
    long validatedStep,
    double seconds) {
  /** The state before the first step. */
  public static final TrainingState START = new TrainingState(0, 0, null, 0, 0, 0, 0);

  /**
   * @throws IllegalArgumentException if no run can have this progress
   */
  public TrainingState {
    require(step >= 0, "step (%d) must be 0 or more".formatted(step));
    require(
        position >= step, "position (%d) must be at least the step (%d)".formatted(position, step));
    require(best == null || Double.isFinite(best), "best (%s) must be finite".formatted(best));
    require(
        bestStep >= 0 && bestStep <= step,
        "best_step (%d) must be 0 to the step (%d)".formatted(bestStep, step));
    require(
        best != null || bestStep == 0,
        "best_step (%d) must be 0 without a best value".formatted(bestStep));
    require(
        validationsSinceBest >= 0,
        "validations_since_best (%d) must be 0 or more".formatted(validationsSinceBest));
    require(
        validatedStep >= bestStep && validatedStep <= step,
        "validated_step (%d) must be best_step (%d) to the step (%d)"
            .formatted(validatedStep, bestStep, step));
    require(
        Double.isFinite(seconds) && seconds >= 0,
        "seconds (%s) must be 0 or more".formatted(seconds));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * Returns the state after a validation.
   *
   * @param metric the monitored one; never the best if it is not finite
   */
  public TrainingState validated(double metric, boolean smallerIsBetter) {
    boolean better =
        Double.isFinite(metric)
            && (best == null || (smallerIsBetter ? metric < best : metric > best));
    return better
        ? new TrainingState(step, position, metric, step, 0, step, seconds)
        : new TrainingState(
            step, position, best, bestStep, validationsSinceBest + 1, step, seconds);
  }

  /** Returns the state after one more step. */
  public TrainingState stepped(long newPosition, double more) {
    return new TrainingState(
        step + 1, newPosition, best, bestStep, validationsSinceBest, validatedStep, seconds + more);
  }

  /** Returns the state with a new start of patience. */
  public TrainingState withFullPatience() {
    return new TrainingState(step, position, best, bestStep, 0, validatedStep, seconds);
  }
}
