package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.op.core.BroadcastTo;
import org.tensorflow.op.core.Concat;
import org.tensorflow.op.core.EnsureShape;
import org.tensorflow.op.core.ExpandDims;
import org.tensorflow.op.core.Fill;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.Pad;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.core.Reverse;
import org.tensorflow.op.core.Roll;
import org.tensorflow.op.core.Slice;
import org.tensorflow.op.core.Split;
import org.tensorflow.op.core.SplitV;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.core.StridedSliceGrad;
import org.tensorflow.op.core.Tile;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.op.linalg.Transpose;
import org.tensorflow.types.family.TNumber;

/** Rules of ops that move elements without computing with them. All are linear. */
final class ShapeRules {
  private static final String[] STRIDED_SLICE_MASKS = {
    "begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"
  };

  private ShapeRules() {}

  static void addTo(RuleTable rules) {
    addReshapes(rules);
    addMoves(rules);
    addSlices(rules);
    addJoins(rules);
  }

  private static void addReshapes(RuleTable rules) {
    RuleTable.Adjoint same = (n, dy) -> dy;
    RuleTable.Adjoint reshapeBack = (n, dy) -> n.tf().reshape(dy, n.ints(n.inShape(0).asArray()));
    rules.linear(Identity.OP_NAME, same);
    rules.linear(EnsureShape.OP_NAME, same, "shape");
    rules.linear(Cast.OP_NAME, ShapeRules::castBack, "DstT", "Truncate");
    rules.linear(Reshape.OP_NAME, reshapeBack);
    rules.linear(ExpandDims.OP_NAME, reshapeBack);
    rules.linear(Squeeze.OP_NAME, reshapeBack, "squeeze_dims");
    rules.linear(BroadcastTo.OP_NAME, same); // the driver undoes broadcasting
    rules.rule(
        Fill.OP_NAME,
        (n, dy, i) -> i == 1 ? dy.get(0) : null,
        (n, dx) -> List.of(n.replay(List.of(n.in(0), dx.orZero(1))).output(0)));
  }

  /**
   * Casts a cotangent to the dtype of the input. One that was rounded only to have the dtype of the
   * output is taken before rounding.
   */
  private static Operand<TNumber> castBack(Node n, Operand<TNumber> dy) {
    Class<TNumber> type = n.in(0).type();
    return Forms.of(dy) instanceof Form.Rounded rounded && rounded.x().type() == type
        ? rounded.x()
        : n.tf().dtypes.cast(dy, type);
  }

  private static void addMoves(RuleTable rules) {
    rules.linear(
        Transpose.OP_NAME,
        (n, dy) -> n.tf().linalg.transpose(dy, n.ints(inverse(n.constantInts(1)))));
    rules.linear(Reverse.OP_NAME, (n, dy) -> n.tf().reverse(dy, n.ints(n.constantInts(1))));
    rules.linear(
        Roll.OP_NAME,
        (n, dy) -> {
          long[] shifts = LongStream.of(n.constantInts(1)).map(shift -> -shift).toArray();
          boolean scalar = n.inShape(1).numDimensions() == 0;
          return scalar
              ? n.tf().roll(dy, n.tf().constant(shifts[0]), n.tf().constant(n.constantInts(2)[0]))
              : n.tf().roll(dy, n.ints(shifts), n.ints(n.constantInts(2)));
        });
    // Views [m0*s0, m1*s1], copies of x side by side, as [m0, s0, m1, s1] and sums over the m.
    rules.linear(
        Tile.OP_NAME,
        (n, dy) -> {
          long[] multiples = n.constantInts(1);
          long[] sizes = n.inShape(0).asArray();
          long[] split = new long[2 * sizes.length];
          for (int axis = 0; axis < sizes.length; axis++) {
            split[2 * axis] = multiples[axis];
            split[2 * axis + 1] = sizes[axis];
          }
          long[] copies = LongStream.range(0, sizes.length).map(axis -> 2 * axis).toArray();
          return n.tf().sum(n.tf().reshape(dy, n.ints(split)), n.ints(copies));
        });
  }

  private static void addSlices(RuleTable rules) {
    rules.linear(
        Slice.OP_NAME,
        (n, dy) -> {
          long[] begin = n.constantInts(1);
          long[][] paddings = new long[begin.length][];
          for (int axis = 0; axis < begin.length; axis++) {
            long after = n.inShape(0).get(axis) - begin[axis] - n.outShape(0).get(axis);
            paddings[axis] = new long[] {begin[axis], after};
          }
          return n.tf().pad(dy, n.tf().constant(paddings), n.scalar(0));
        });
    rules.linear("Pad", ShapeRules::unpadded);
    // PadV2 is also linear in the padding value.
    rules.rule(
        Pad.OP_NAME,
        (n, dy, i) ->
            switch (i) {
              case 0 -> unpadded(n, dy.orZero(0));
              case 2 ->
                  n.tf().math.sub(total(n, dy.orZero(0)), total(n, unpadded(n, dy.orZero(0))));
              default -> null;
            },
        (n, dx) -> List.of(n.replay(List.of(dx.orZero(0), n.in(1), dx.orZero(2))).output(0)));
    rules.linear(
        StridedSlice.OP_NAME,
        (n, dy) -> {
          var shape = n.tf().constant(n.inShape(0).asArray());
          var index = n.in(1).type();
          return n.tf()
              .stridedSliceGrad(
                  n.tf().dtypes.cast(shape, index),
                  n.in(1),
                  n.in(2),
                  n.in(3),
                  dy,
                  StridedSliceGrad.beginMask((long) n.integer("begin_mask")),
                  StridedSliceGrad.endMask((long) n.integer("end_mask")),
                  StridedSliceGrad.ellipsisMask((long) n.integer("ellipsis_mask")),
                  StridedSliceGrad.newAxisMask((long) n.integer("new_axis_mask")),
                  StridedSliceGrad.shrinkAxisMask((long) n.integer("shrink_axis_mask")));
        },
        STRIDED_SLICE_MASKS);
    // The adjoint of StridedSlice; its own adjoint is StridedSlice again.
    rules.rule(
        StridedSliceGrad.OP_NAME,
        (n, dy, i) ->
            i == 4
                ? n.tf()
                    .stridedSlice(
                        dy.orZero(0),
                        n.in(1),
                        n.in(2),
                        n.in(3),
                        StridedSlice.beginMask((long) n.integer("begin_mask")),
                        StridedSlice.endMask((long) n.integer("end_mask")),
                        StridedSlice.ellipsisMask((long) n.integer("ellipsis_mask")),
                        StridedSlice.newAxisMask((long) n.integer("new_axis_mask")),
                        StridedSlice.shrinkAxisMask((long) n.integer("shrink_axis_mask")))
                : null,
        (n, dx) -> {
          List<Operand<TNumber>> inputs = new ArrayList<>(n.ins(0, 4));
          inputs.add(dx.orZero(4));
          return List.of(n.replay(inputs, STRIDED_SLICE_MASKS).output(0));
        });
  }

  private static void addJoins(RuleTable rules) {
    rules.rule(
        Concat.OP_NAME,
        (n, dy, i) -> {
          int last = n.inputs() - 1;
          if (i == last) {
            return null;
          }
          int axis = axis(n.constantInts(last)[0], n.outShape(0).numDimensions());
          long offset = IntStream.range(0, i).mapToLong(j -> n.inShape(j).get(axis)).sum();
          long[] begin = new long[n.outShape(0).numDimensions()];
          begin[axis] = offset;
          return n.tf().slice(dy.orZero(0), n.ints(begin), n.ints(n.inShape(i).asArray()));
        },
        (n, dx) -> {
          int last = n.inputs() - 1;
          return List.of(n.tf().concat(firstTangents(dx, last), n.in(last)));
        });
    rules.rule(
        Split.OP_NAME, // axis, value -> pieces
        (n, dy, i) -> i == 1 ? joined(n, dy, n.in(0)) : null,
        (n, dx) -> outputs(n.replay(List.of(n.in(0), dx.orZero(1)), "num_split")));
    rules.rule(
        SplitV.OP_NAME, // value, sizes, axis -> pieces
        (n, dy, i) -> i == 0 ? joined(n, dy, n.in(2)) : null,
        (n, dx) -> outputs(n.replay(List.of(dx.orZero(0), n.in(1), n.in(2)), "num_split")));
    rules.rule(
        Stack.OP_NAME,
        (n, dy, i) -> {
          long[] begin = new long[n.outShape(0).numDimensions()];
          long[] size = n.outShape(0).asArray();
          int axis = axis(n.integer("axis"), size.length);
          begin[axis] = i;
          size[axis] = 1;
          Operand<TNumber> slice = n.tf().slice(dy.orZero(0), n.ints(begin), n.ints(size));
          return n.tf().reshape(slice, n.ints(n.inShape(i).asArray()));
        },
        (n, dx) ->
            List.of(
                n.tf().stack(firstTangents(dx, n.inputs()), Stack.axis((long) n.integer("axis")))));
    rules.rule(
        Unstack.OP_NAME,
        (n, dy, i) ->
            n.tf().stack(firstTangents(dy, n.outputs()), Stack.axis((long) n.integer("axis"))),
        (n, dx) -> outputs(n.replay(List.of(dx.orZero(0)), "num", "axis")));
  }

  private static Operand<TNumber> unpadded(Node n, Operand<TNumber> padded) {
    long[] paddings = n.constantInts(1); // before and after, axis by axis
    long[] begin =
        IntStream.range(0, paddings.length / 2).mapToLong(axis -> paddings[2 * axis]).toArray();
    return n.tf().slice(padded, n.ints(begin), n.ints(n.inShape(0).asArray()));
  }

  private static Operand<TNumber> total(Node n, Operand<TNumber> x) {
    return n.tf().sum(x, n.ints(LongStream.range(0, x.shape().numDimensions()).toArray()));
  }

  /** Joins the cotangents of pieces; the op that concatenates refuses a single one. */
  private static Operand<TNumber> joined(Node n, Tangents dy, Operand<TNumber> axis) {
    return n.outputs() == 1 ? dy.orZero(0) : n.tf().concat(firstTangents(dy, n.outputs()), axis);
  }

  private static List<Operand<TNumber>> firstTangents(Tangents tangents, int count) {
    return IntStream.range(0, count).mapToObj(tangents::orZero).toList();
  }

  private static List<Operand<TNumber>> outputs(GraphOperation op) {
    List<Operand<TNumber>> outputs = new ArrayList<>();
    for (int i = 0; i < op.numOutputs(); i++) {
      outputs.add(op.output(i));
    }
    return Collections.unmodifiableList(outputs);
  }

  private static int axis(long axis, int rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  private static long[] inverse(long[] permutation) {
    long[] inverse = new long[permutation.length];
    Arrays.setAll(inverse, i -> i);
    for (int i = 0; i < permutation.length; i++) {
      inverse[(int) permutation[i]] = i;
    }
    return inverse;
  }
}
