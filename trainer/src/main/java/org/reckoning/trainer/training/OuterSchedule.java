package org.reckoning.trainer.training;

import org.reckoning.trainer.config.RunConfig.Schedule;

/**
 * Schedule of the outer learning rates: a linear warm-up, then a decay. Neither the first nor the
 * last update has a rate of 0.
 *
 * <pre>{@code
 * s in 1..w      s / w                                             T updates, w >= 1 of them warm-up
 * linear         (T + 1 - s) / (T + 1 - w)
 * cosine         (1 + cos(pi (s - w) / (T + 1 - w))) / 2
 * constant       1
 * trapezoid      min(1, (T + 1 - s) / (T / 5))
 * }</pre>
 */
final class OuterSchedule {
  /** Share of the updates in which a trapezoid falls. */
  private static final double FALL = 0.2;

  private final Schedule schedule;
  private final long updates;
  private final long warmUp;

  /**
   * @param updates number of updates T; accumulated passes are one update
   * @param warmUpProportion share of the updates in the warm-up
   */
  OuterSchedule(Schedule schedule, long updates, double warmUpProportion) {
    this.schedule = schedule;
    this.updates = updates;
    this.warmUp = Math.max(1, Math.round(updates * warmUpProportion));
  }

  /**
   * Returns the factor of the learning rate.
   *
   * @param update number of the update, from 1 to T
   */
  double factor(long update) {
    if (update < warmUp) {
      return (double) update / warmUp;
    }
    double left = updates + 1 - warmUp;
    return switch (schedule) {
      case CONSTANT -> 1;
      case LINEAR -> (updates + 1 - update) / left;
      case TRAPEZOID -> Math.min(1, (updates + 1 - update) / (FALL * updates));
      case COSINE -> (1 + Math.cos(Math.PI * (update - warmUp) / left)) / 2;
    };
  }
}
