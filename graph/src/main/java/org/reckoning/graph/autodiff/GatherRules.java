package org.reckoning.graph.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.GatherNd;
import org.tensorflow.op.core.ScatterNd;
import org.tensorflow.op.math.UnsortedSegmentSum;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Rules of gather ops, which read by index, and of their adjoints, which add by index. */
final class GatherRules {
  private GatherRules() {}

  static void addTo(RuleTable rules) {
    rules.linear(Gather.OP_NAME, GatherRules::scatter, "batch_dims");
    // The sum drops rows with a negative segment id: their cotangent is 0.
    rules.linear(
        UnsortedSegmentSum.OP_NAME,
        (n, dy) -> {
          Operand<TNumber> ids = n.in(1);
          Operand<TNumber> zero = n.tf().zerosLike(ids);
          Operand<TNumber> rows =
              n.tf().gather(dy, n.tf().math.maximum(ids, zero), n.tf().constant(0));
          Operand<TBool> kept = n.tf().math.greaterEqual(ids, zero);
          long[] column = Arrays.copyOf(n.inShape(1).asArray(), n.inShape(0).numDimensions());
          Arrays.fill(column, n.inShape(1).numDimensions(), column.length, 1);
          return n.tf().select(n.tf().reshape(kept, n.ints(column)), rows, n.scalar(0));
        });

    rules.linear(
        GatherNd.OP_NAME,
        (n, dy) -> {
          Operand<TNumber> indices = n.in(1);
          Operand<TNumber> shape =
              n.tf().dtypes.cast(n.ints(n.inShape(0).asArray()), indices.type());
          return n.tf().scatterNd(indices, dy, shape);
        });
    rules.rule(
        ScatterNd.OP_NAME, // indices, updates, shape
        (n, dy, i) -> i == 1 ? n.tf().gatherNd(dy.orZero(0), n.in(0)) : null,
        (n, dx) -> List.of(n.replay(List.of(n.in(0), dx.orZero(1), n.in(2))).output(0)));
  }

  /**
   * Emits the adjoint of {@code gather(x, indices, axis, batch_dims)} as one sum by row number. x
   * is seen as {@code [B, O, D, I]}: batch, outer, gathered and inner sizes. Row {@code (b O + o) D
   * + index} has I elements.
   */
  private static Operand<TNumber> scatter(Node n, Operand<TNumber> dy) {
    Ops tf = n.tf();
    Shape x = n.inShape(0);
    Shape indices = n.inShape(1);
    int rank = x.numDimensions();
    int batchDims = n.integer("batch_dims");
    batchDims = batchDims < 0 ? batchDims + indices.numDimensions() : batchDims;
    int axis = (int) n.constantInts(2)[0];
    axis = axis < 0 ? axis + rank : axis;
    long batch = size(x, 0, batchDims);
    long outer = size(x, batchDims, axis);
    long depth = x.get(axis);
    long inner = size(x, axis + 1, rank);
    long reads = size(indices, batchDims, indices.numDimensions());

    Operand<TInt64> local =
        tf.reshape(tf.dtypes.cast(n.in(1), TInt64.class), n.ints(batch, 1, reads));
    long[] firstRows = LongStream.range(0, batch * outer).map(row -> row * depth).toArray();
    Operand<TInt64> offsets = tf.reshape(tf.constant(firstRows), n.ints(batch, outer, 1));
    Operand<TInt64> rows = tf.reshape(tf.math.add(local, offsets), n.ints(batch * outer * reads));
    Operand<TNumber> values = tf.reshape(dy, n.ints(batch * outer * reads, inner));
    Operand<TNumber> sums =
        tf.math.unsortedSegmentSum(values, rows, tf.constant(batch * outer * depth));
    return tf.reshape(sums, n.ints(x.asArray()));
  }

  private static long size(Shape shape, int from, int to) {
    long size = 1;
    for (int axis = from; axis < to; axis++) {
      size *= shape.get(axis);
    }
    return size;
  }
}
