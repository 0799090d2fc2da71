package org.reckoning.graph.autodiff;

import static org.reckoning.graph.autodiff.DerivativeCases.in;
import static org.reckoning.graph.autodiff.DerivativeCases.one;

import java.util.stream.Stream;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.DerivativeCases.Domain;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.GatherNd;
import org.tensorflow.op.core.ScatterNd;
import org.tensorflow.op.math.UnsortedSegmentSum;

/** Rows for {@link GatherRules}. */
final class GatherCases {
  private GatherCases() {}

  static Stream<Case> all() {
    Domain matrix = in(-2, 2, 3, 4);
    Domain cube = in(-2, 2, 2, 3, 4);
    int[][] repeated = {{0, 2}, {2, 1}};
    return Stream.of(
        one(
            Gather.OP_NAME,
            "axis 0",
            matrix,
            (tf, x) -> tf.gather(x, tf.constant(repeated), tf.constant(0))),
        one(
            Gather.OP_NAME,
            "axis 1",
            cube,
            (tf, x) -> tf.gather(x, tf.constant(repeated), tf.constant(1))),
        one(
            Gather.OP_NAME,
            "axis -1, int64",
            cube,
            (tf, x) -> tf.gather(x, tf.constant(new long[] {3, 3, 0}), tf.constant(-1))),
        one(
            Gather.OP_NAME,
            "scalar index",
            matrix,
            (tf, x) -> tf.gather(x, tf.constant(1), tf.constant(0))),
        one(
            Gather.OP_NAME,
            "batch_dims 1",
            cube,
            (tf, x) -> tf.gather(x, tf.constant(repeated), tf.constant(1), Gather.batchDims(1L))),
        one(
            Gather.OP_NAME,
            "batch_dims -1, axis 2",
            cube,
            (tf, x) -> tf.gather(x, tf.constant(repeated), tf.constant(2), Gather.batchDims(-1L))),
        one(
            GatherNd.OP_NAME,
            "rows",
            cube,
            (tf, x) -> tf.gatherNd(x, tf.constant(new int[][] {{1, 2}, {0, 0}, {1, 2}}))),
        one(
            GatherNd.OP_NAME,
            "elements, int64",
            matrix,
            (tf, x) -> tf.gatherNd(x, tf.constant(new long[][] {{1, 2}, {0, 0}, {1, 2}}))),
        one(
            ScatterNd.OP_NAME,
            "repeated rows",
            matrix,
            (tf, x) ->
                tf.scatterNd(
                    tf.constant(new int[][] {{4}, {1}, {4}}), x, tf.constant(new int[] {5, 4}))),
        one(
            UnsortedSegmentSum.OP_NAME,
            "a negative id",
            matrix,
            (tf, x) ->
                tf.math.unsortedSegmentSum(x, tf.constant(new int[] {1, -1, 1}), tf.constant(3))),
        one(
            UnsortedSegmentSum.OP_NAME,
            "ids [2, 3]",
            cube,
            (tf, x) ->
                tf.math.unsortedSegmentSum(
                    x, tf.constant(new long[][] {{0, 3, 0}, {-5, 3, 1}}), tf.constant(4))));
  }
}
