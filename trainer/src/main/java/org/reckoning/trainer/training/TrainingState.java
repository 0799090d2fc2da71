package org.reckoning.trainer.training;

import org.jspecify.annotations.Nullable;

/**
 * Where a run is, apart from its variables. Together they are all that a resumed run needs: an
 * epoch's order and dropout follow from the seed and these numbers.
 *
 * @param step updates made
 * @param position batches read, over all epochs
 * @param best the best value of the monitored metric so far; null before the first evaluation
 * @param bestStep the step of the best value
 * @param validationsSinceBest evaluations since then
 * @param seconds of training, over all resumed parts
 */
public record TrainingState(
    long step,
    long position,
    @Nullable Double best,
    long bestStep,
    int validationsSinceBest,
    double seconds) {
  /** The state before the first step. */
  public static final TrainingState START = new TrainingState(0, 0, null, 0, 0, 0);

  /** Returns the state after an evaluation, with whether its metric is the best so far. */
  TrainingState evaluated(double metric, boolean smallerIsBetter) {
    boolean better = best == null || (smallerIsBetter ? metric < best : metric > best);
    return better
        ? new TrainingState(step, position, metric, step, 0, seconds)
        : new TrainingState(step, position, best, bestStep, validationsSinceBest + 1, seconds);
  }

  /** Returns the state after one more step. */
  TrainingState stepped(long newPosition, double more) {
    return new TrainingState(
        step + 1, newPosition, best, bestStep, validationsSinceBest, seconds + more);
  }
}
