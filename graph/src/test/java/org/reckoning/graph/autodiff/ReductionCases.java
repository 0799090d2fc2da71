package org.reckoning.graph.autodiff;

import static org.reckoning.graph.autodiff.DerivativeCases.in;
import static org.reckoning.graph.autodiff.DerivativeCases.one;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.DerivativeCases.Domain;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Min;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.math.Cumsum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.L2Loss;

/** Rows for {@link ReductionRules}. */
final class ReductionCases {
  private ReductionCases() {}

  static Stream<Case> all() {
    Domain cube = in(-2, 2, 2, 3, 4);
    List<Case> cases = new ArrayList<>();
    for (int[] axes : new int[][] {{1}, {-1}, {0, 2}, {-1, 0}, {0, 1, 2}, {}}) {
      for (boolean keep : new boolean[] {false, true}) {
        String what = "axes " + Arrays.toString(axes) + (keep ? " keep_dims" : "");
        cases.add(
            one(
                Sum.OP_NAME,
                what,
                cube,
                (tf, x) -> tf.sum(x, tf.constant(axes), Sum.keepDims(keep))));
        cases.add(
            one(
                Mean.OP_NAME,
                what,
                cube,
                (tf, x) -> tf.math.mean(x, tf.constant(axes), Mean.keepDims(keep))));
        cases.add(
            one(
                Max.OP_NAME,
                what,
                cube,
                (tf, x) -> tf.max(x, tf.constant(axes), Max.keepDims(keep))));
        cases.add(
            one(
                Min.OP_NAME,
                what,
                cube,
                (tf, x) -> tf.min(x, tf.constant(axes), Min.keepDims(keep))));
      }
    }
    cases.add(one(Sum.OP_NAME, "scalar axis", cube, (tf, x) -> tf.sum(x, tf.constant(1))));
    cases.add(one(Max.OP_NAME, "scalar axis", cube, (tf, x) -> tf.max(x, tf.constant(-2))));
    for (boolean exclusive : new boolean[] {false, true}) {
      for (boolean reverse : new boolean[] {false, true}) {
        for (int axis : new int[] {0, -1}) {
          String what =
              "axis " + axis + (exclusive ? " exclusive" : "") + (reverse ? " reverse" : "");
          cases.add(
              one(
                  Cumsum.OP_NAME,
                  what,
                  cube,
                  (tf, x) ->
                      tf.math.cumsum(
                          x,
                          tf.constant(axis),
                          Cumsum.exclusive(exclusive),
                          Cumsum.reverse(reverse))));
        }
      }
    }
    cases.add(one(L2Loss.OP_NAME, "", cube, (tf, x) -> tf.nn.l2Loss(x)));
    cases.add(one(L2Loss.OP_NAME, "scalar", in(-2, 2), (tf, x) -> tf.nn.l2Loss(x)));
    return cases.stream();
  }
}
