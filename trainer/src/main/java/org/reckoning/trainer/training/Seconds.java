package org.reckoning.trainer.training;

/** Measures durations. */
final class Seconds {
  private static final double NANOS = 1e9;

  private Seconds() {}

  /**
   * Returns the seconds since a moment.
   *
   * @param start value of {@link System#nanoTime}
   */
  static double since(long start) {
    return (System.nanoTime() - start) / NANOS;
  }
}
