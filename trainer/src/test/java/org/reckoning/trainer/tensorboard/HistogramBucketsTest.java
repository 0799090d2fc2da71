package org.reckoning.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class HistogramBucketsTest {
  /** The numbers are those of TensorBoard: {@code histogram_pb("t", values)}. */
  @Test
  void buckets_areThoseOfTensorBoard() {
    double[] values = {0.0, 0.1, 0.25, 0.26, 0.5, 0.75, 0.75, 1.5, 2.95, 3.0};
    double[][] buckets = HistogramBuckets.of(values);
    double[] counts = new double[30];
    counts[0] = 1;
    counts[1] = 1;
    counts[2] = 2;
    counts[5] = 1;
    counts[7] = 2;
    counts[15] = 1;
    counts[29] = 2;
    assertThat(Arrays.stream(buckets).mapToDouble(bucket -> bucket[2]))
        .containsExactly(box(counts));
    assertThat(buckets[0][0]).isZero();
    assertThat(buckets[7][0]).isCloseTo(0.7, within(1e-15));
    assertThat(buckets[7][1]).isCloseTo(0.8, within(1e-15)).isEqualTo(buckets[8][0]);
    assertThat(buckets[29][1]).isEqualTo(3.0);
  }

  @Test
  void equalValues_areAllInTheLastBucket() {
    double[][] buckets = HistogramBuckets.of(new double[] {0.1, 0.1, 0.1});
    assertThat(buckets[28]).containsExactly(0.1, 0.1, 0);
    assertThat(buckets[29]).containsExactly(0.1, 0.1, 3);
  }

  @Test
  void valuesThatAreNotFinite_areLeftOut() {
    double[] values = {1, Double.NaN, 2, Double.POSITIVE_INFINITY};
    assertThat(HistogramBuckets.of(values)).isEqualTo(HistogramBuckets.of(new double[] {1, 2}));
    assertThat(HistogramBuckets.of(new double[] {Double.NaN})[29]).containsExactly(0, 0, 0);
  }

  private static Double[] box(double[] values) {
    return DoubleStream.of(values).boxed().toArray(Double[]::new);
  }
}
