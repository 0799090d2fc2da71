package org.reckoning.graph.autodiff;

import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Min;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.math.Cumsum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.L2Loss;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Rules of reductions and cumulative sums. Elements that tie for a maximum or minimum share its
 * derivative evenly.
 */
final class ReductionRules {
  private ReductionRules() {}

  static void addTo(RuleTable rules) {
    rules.linear(Sum.OP_NAME, ReductionRules::spread, "keep_dims");
    rules.linear(
        Mean.OP_NAME,
        (n, dy) -> {
          double count = (double) n.inShape(0).size() / n.outShape(0).size();
          return n.tf().math.mul(spread(n, dy), n.scalar(1 / count));
        },
        "keep_dims");
    for (String extremum : List.of(Max.OP_NAME, Min.OP_NAME)) {
      rules.rule(
          extremum,
          (n, dy, i) -> i == 0 ? n.tf().math.mul(winners(n), spread(n, dy.orZero(0))) : null,
          (n, dx) -> {
            Operand<TNumber> moved = n.tf().math.mul(winners(n), dx.orZero(0));
            return List.of(n.tf().sum(moved, axes(n), Sum.keepDims(n.flag("keep_dims"))));
          });
    }
    // y = sum(x^2)/2
    rules.rule(
        L2Loss.OP_NAME,
        (n, dy, i) -> n.tf().math.mul(dy.orZero(0), n.in(0)),
        (n, dx) -> {
          Operand<TNumber> products = n.tf().math.mul(dx.orZero(0), n.in(0));
          return Collections.singletonList(n.tf().sum(products, allAxes(n)));
        });
    // The adjoint of a cumulative sum is the cumulative sum in the other direction.
    rules.linear(
        Cumsum.OP_NAME,
        (n, dy) ->
            n.tf()
                .math
                .cumsum(
                    dy,
                    n.tf().constant(n.constantInts(1)[0]),
                    Cumsum.exclusive(n.flag("exclusive")),
                    Cumsum.reverse(!n.flag("reverse"))),
        "exclusive",
        "reverse");
  }

  /** Broadcasts a tensor of the output's shape over the reduced axes. */
  private static Operand<TNumber> spread(Node n, Operand<TNumber> y) {
    Operand<TNumber> kept = n.tf().reshape(y, n.ints(keptShape(n)));
    return n.tf().broadcastTo(kept, n.ints(n.inShape(0).asArray()));
  }

  /** Emits 1/n at each of the n elements that equal the extremum, 0 elsewhere. */
  private static Operand<TNumber> winners(Node n) {
    Operand<TNumber> wins =
        n.tf().select(n.tf().math.equal(n.in(0), spread(n, n.out())), n.scalar(1), n.scalar(0));
    Operand<TNumber> ties = n.tf().sum(wins, axes(n), Sum.keepDims(true));
    return n.tf().math.div(wins, ties);
  }

  private static Operand<TInt64> axes(Node n) {
    return n.ints(n.constantInts(1));
  }

  private static Operand<TInt64> allAxes(Node n) {
    return n.ints(LongStream.range(0, n.inShape(0).numDimensions()).toArray());
  }

  private static long[] keptShape(Node n) {
    long[] shape = n.inShape(0).asArray();
    for (long axis : n.constantInts(1)) {
      shape[(int) (axis < 0 ? axis + shape.length : axis)] = 1;
    }
    return shape;
  }
}
