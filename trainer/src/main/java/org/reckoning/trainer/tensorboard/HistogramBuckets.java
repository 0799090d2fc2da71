package org.reckoning.trainer.tensorboard;

import java.util.Arrays;

/** Counts values in intervals of equal width, as TensorBoard's own summaries do. */
final class HistogramBuckets {
  static final int COUNT = 30;

  /** Numbers of a bucket: left edge, right edge, how many values. */
  static final int COLUMNS = 3;

  private HistogramBuckets() {}

  /**
   * Returns the buckets of the finite values from left to right; each has its left edge, the last
   * one the right edge, too. Equal values are all in the last bucket, no value gives zeros.
   */
  static double[][] of(double[] values) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    double[][] buckets = new double[COUNT][COLUMNS];
    if (finite.length == 0) {
      return buckets;
    }
    double min = Arrays.stream(finite).min().getAsDouble();
    double max = Arrays.stream(finite).max().getAsDouble();
    double width = (max - min) / COUNT;
    for (int i = 0; i < COUNT; i++) {
      buckets[i][0] = min + i * width;
      buckets[i][1] = i == COUNT - 1 ? max : min + (i + 1) * width;
    }
    for (double value : finite) {
      int index = width == 0 ? COUNT - 1 : (int) ((value - min) / width);
      buckets[Math.min(index, COUNT - 1)][2]++;
    }
    return buckets;
  }
}
