package org.reckoning.trainer.tensorboard;

import java.util.Arrays;

/** Counts values in intervals of equal width, like TensorBoard's own summaries. */
final class HistogramBuckets {
  static final int COUNT = 30;

  /** Numbers of a bucket: left edge, right edge, count. */
  static final int COLUMNS = 3;

  private HistogramBuckets() {}

  /**
   * Returns the buckets of the finite values from left to right. A bucket includes its left edge;
   * the last one also includes its right edge. If all values are equal, they are in the last
   * bucket; without values, all numbers are 0.
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
