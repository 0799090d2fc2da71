package org.reckoning.graph.autodiff;

import static org.reckoning.graph.autodiff.DerivativeCases.case3;
import static org.reckoning.graph.autodiff.DerivativeCases.concat;
import static org.reckoning.graph.autodiff.DerivativeCases.in;
import static org.reckoning.graph.autodiff.DerivativeCases.many;
import static org.reckoning.graph.autodiff.DerivativeCases.one;
import static org.reckoning.graph.autodiff.DerivativeCases.raw;
import static org.reckoning.graph.autodiff.DerivativeCases.scalar;
import static org.reckoning.graph.autodiff.DerivativeCases.two;

import java.util.List;
import java.util.stream.Stream;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.DerivativeCases.Domain;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
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
import org.tensorflow.types.TFloat64;

/** Rows for {@link ShapeRules}. */
final class ShapeCases {
  private ShapeCases() {}

  static Stream<Case> all() {
    return concat(Stream.of(reshapes(), moves(), slices(), joins()));
  }

  private static Stream<Case> reshapes() {
    Domain matrix = in(-2, 2, 2, 3);
    return Stream.of(
        one(Identity.OP_NAME, "", matrix, (tf, x) -> tf.identity(x)),
        one(EnsureShape.OP_NAME, "", matrix, (tf, x) -> tf.ensureShape(x, Shape.of(2, 3))),
        one(
            Cast.OP_NAME,
            "to float64 and back",
            matrix,
            (tf, x) -> tf.dtypes.cast(tf.math.square(tf.dtypes.cast(x, TFloat64.class)), x.type())),
        one(Reshape.OP_NAME, "", matrix, (tf, x) -> tf.reshape(x, tf.constant(new int[] {3, 2}))),
        one(Reshape.OP_NAME, "-1", matrix, (tf, x) -> tf.reshape(x, tf.constant(new int[] {-1}))),
        one(ExpandDims.OP_NAME, "axis 1", matrix, (tf, x) -> tf.expandDims(x, tf.constant(1))),
        one(ExpandDims.OP_NAME, "axis -1", matrix, (tf, x) -> tf.expandDims(x, tf.constant(-1))),
        one(Squeeze.OP_NAME, "all axes", in(-2, 2, 1, 3, 1), (tf, x) -> tf.squeeze(x)),
        one(
            Squeeze.OP_NAME,
            "axis -1",
            in(-2, 2, 1, 3, 1),
            (tf, x) -> tf.squeeze(x, Squeeze.axis(List.of(-1L)))),
        one(
            BroadcastTo.OP_NAME,
            "new and old axes",
            in(-2, 2, 2, 1),
            (tf, x) -> tf.broadcastTo(x, tf.constant(new int[] {4, 2, 3}))),
        one(
            BroadcastTo.OP_NAME,
            "scalar",
            in(-2, 2),
            (tf, x) -> tf.broadcastTo(x, tf.constant(new int[] {2, 3}))),
        one(
            BroadcastTo.OP_NAME,
            "own shape",
            matrix,
            (tf, x) -> tf.broadcastTo(x, tf.constant(new int[] {2, 3}))),
        one(Fill.OP_NAME, "", in(-2, 2), (tf, x) -> tf.fill(tf.constant(new int[] {2, 3}), x)));
  }

  private static Stream<Case> moves() {
    Domain cube = in(-2, 2, 2, 3, 4);
    return Stream.of(
        one(
            Transpose.OP_NAME,
            "cyclic",
            cube,
            (tf, x) -> tf.linalg.transpose(x, tf.constant(new int[] {1, 2, 0}))),
        one(
            Reverse.OP_NAME,
            "axes 0 and -1",
            cube,
            (tf, x) -> tf.reverse(x, tf.constant(new int[] {0, -1}))),
        one(Roll.OP_NAME, "scalar", cube, (tf, x) -> tf.roll(x, tf.constant(1), tf.constant(2))),
        one(
            Roll.OP_NAME,
            "two axes",
            cube,
            (tf, x) -> tf.roll(x, tf.constant(new int[] {-2, 5}), tf.constant(new int[] {2, 1}))),
        one(Tile.OP_NAME, "", cube, (tf, x) -> tf.tile(x, tf.constant(new int[] {3, 1, 2}))),
        one(
            Tile.OP_NAME,
            "int64",
            in(-2, 2, 3),
            (tf, x) -> tf.tile(x, tf.constant(new long[] {2}))));
  }

  private static Stream<Case> slices() {
    Domain matrix = in(-2, 2, 3, 4);
    Domain cube = in(-2, 2, 3, 4, 5);
    int[][] paddings = {{1, 0}, {2, 3}};
    return Stream.of(
        one(
            Slice.OP_NAME,
            "",
            cube,
            (tf, x) ->
                tf.slice(x, tf.constant(new int[] {1, 0, 2}), tf.constant(new int[] {2, 4, 2}))),
        one(
            Slice.OP_NAME,
            "size -1",
            matrix,
            (tf, x) -> tf.slice(x, tf.constant(new int[] {1, 2}), tf.constant(new int[] {-1, 1}))),
        one("Pad", "", matrix, (tf, x) -> raw(tf, "Pad", op -> {}, x, tf.constant(paddings))),
        two(
            Pad.OP_NAME,
            "both active",
            matrix,
            in(-2, 2),
            (tf, x, value) -> tf.pad(x, tf.constant(paddings), value)),
        one(
            Pad.OP_NAME,
            "constant value",
            matrix,
            (tf, x) -> tf.pad(x, tf.constant(paddings), scalar(tf, x, 3))),
        one(
            StridedSlice.OP_NAME,
            "begin and end masks",
            matrix,
            (tf, x) -> tf.stridedSlice(x, Indices.sliceFrom(1), Indices.sliceTo(3))),
        one(
            StridedSlice.OP_NAME,
            "shrink axis",
            cube,
            (tf, x) -> tf.stridedSlice(x, Indices.at(1), Indices.all(), Indices.at(-1))),
        one(
            StridedSlice.OP_NAME,
            "new axis and ellipsis",
            cube,
            (tf, x) ->
                tf.stridedSlice(
                    x,
                    Indices.newAxis(),
                    Indices.ellipsis(),
                    Indices.slice(1, 4),
                    Indices.newAxis())),
        one(
            StridedSlice.OP_NAME,
            "negative stride",
            matrix,
            (tf, x) -> tf.stridedSlice(x, Indices.slice(2, 0, -1), Indices.slice(0, 4, 2))),
        one(
            StridedSliceGrad.OP_NAME,
            "stride 2 and shrink axis",
            in(-2, 2, 2),
            (tf, x) ->
                tf.stridedSliceGrad(
                    tf.constant(new int[] {3, 4}),
                    tf.constant(new int[] {1, 0}),
                    tf.constant(new int[] {2, 4}),
                    tf.constant(new int[] {1, 2}),
                    x,
                    StridedSliceGrad.shrinkAxisMask(1L))));
  }

  private static Stream<Case> joins() {
    Domain matrix = in(-2, 2, 3, 4);
    return Stream.of(
        two(
            Concat.OP_NAME,
            "axis 0",
            matrix,
            in(-2, 2, 2, 4),
            (tf, a, b) -> tf.concat(List.of(a, b), tf.constant(0))),
        two(
            Concat.OP_NAME,
            "axis -1, one inactive",
            matrix,
            in(-2, 2, 3, 1),
            (tf, a, b) -> tf.concat(List.of(a, tf.onesLike(a), b), tf.constant(-1))),
        many(Split.OP_NAME, "axis 1", matrix, (tf, x) -> tf.split(tf.constant(1), x, 2L).output()),
        many(
            Split.OP_NAME,
            "one piece",
            matrix,
            (tf, x) -> tf.split(tf.constant(1), x, 1L).output()),
        many(
            Split.OP_NAME,
            "axis -1, one output used",
            matrix,
            (tf, x) -> tf.split(tf.constant(-1), x, 4L).output().subList(2, 3)),
        many(
            SplitV.OP_NAME,
            "axis 1",
            matrix,
            (tf, x) -> tf.splitV(x, tf.constant(new int[] {1, 3}), tf.constant(1), 2L).output()),
        many(
            SplitV.OP_NAME,
            "one piece",
            matrix,
            (tf, x) -> tf.splitV(x, tf.constant(new int[] {4}), tf.constant(1), 1L).output()),
        many(
            SplitV.OP_NAME,
            "axis -2, one output used",
            matrix,
            (tf, x) ->
                tf.splitV(x, tf.constant(new int[] {2, -1}), tf.constant(-2), 2L)
                    .output()
                    .subList(1, 2)),
        case3(Stack.OP_NAME, "axis 0", (tf, x) -> List.of(tf.stack(x))),
        case3(
            Stack.OP_NAME,
            "axis -1, one inactive",
            (tf, x) ->
                List.of(
                    tf.stack(
                        List.of(x.get(0), x.get(1), tf.onesLike(x.get(0)), x.get(2)),
                        Stack.axis(-1L)))),
        many(Unstack.OP_NAME, "axis 0", matrix, (tf, x) -> tf.unstack(x, 3L).output()),
        many(
            Unstack.OP_NAME,
            "axis -1, two outputs used",
            matrix,
            (tf, x) -> tf.unstack(x, 4L, Unstack.axis(-1L)).output().subList(1, 3)));
  }
}
