package org.reckoning.trainer.training;

import org.reckoning.trainer.config.RunConfig.Schedule;

/**
 * How the outer learning rates change: up in equal steps while warming up, then down. The first
 * update has a rate above 0, and so has the last one.
 *
 * <pre>{@code
 * s in 1..w      s / w                                             T updates, w >= 1 of them warm-up
 * linear         (T + 1 - s) / (T + 1 - w)
 * cosine         (1 + cos(pi (s - w) / (T + 1 - w))) / 2
 * constant       1
 * }</pre>
 */
public final class OuterSchedule {
  private final Schedule schedule;
  private final long updates;
  private final long warmUp;

  /**
   * @param updates how many updates T there are, accumulated passes counting as one
   * @param warmUpProportion share of them in which the rate rises
   */
  public OuterSchedule(Schedule schedule, long updates, double warmUpProportion) {
    this.schedule = schedule;
    this.updates = updates;
    this.warmUp = Math.max(1, Math.round(updates * warmUpProportion));
  }

  /**
   * Returns the factor of the learning rate.
   *
   * @param update from 1 to T
   */
  public double factor(long update) {
    if (update < warmUp) {
      return (double) update / warmUp;
    }
    double left = updates + 1 - warmUp;
    return switch (schedule) {
      case CONSTANT -> 1;
      case LINEAR -> (updates + 1 - update) / left;
      case COSINE -> (1 + Math.cos(Math.PI * (update - warmUp) / left)) / 2;
    };
  }
}
