package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.BroadcastTo;
import org.tensorflow.op.core.ClipByValue;
import org.tensorflow.op.core.Concat;
import org.tensorflow.op.core.EnsureShape;
import org.tensorflow.op.core.ExpandDims;
import org.tensorflow.op.core.Fill;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.GatherNd;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Min;
import org.tensorflow.op.core.Pad;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.core.Reverse;
import org.tensorflow.op.core.Roll;
import org.tensorflow.op.core.ScatterNd;
import org.tensorflow.op.core.Select;
import org.tensorflow.op.core.Slice;
import org.tensorflow.op.core.Split;
import org.tensorflow.op.core.SplitV;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.core.StridedSliceGrad;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.core.Tile;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.op.linalg.Einsum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.linalg.Transpose;
import org.tensorflow.op.math.Abs;
import org.tensorflow.op.math.Add;
import org.tensorflow.op.math.AddN;
import org.tensorflow.op.math.Atan;
import org.tensorflow.op.math.Cos;
import org.tensorflow.op.math.Cosh;
import org.tensorflow.op.math.Cumsum;
import org.tensorflow.op.math.Div;
import org.tensorflow.op.math.DivNoNan;
import org.tensorflow.op.math.Erf;
import org.tensorflow.op.math.Erfc;
import org.tensorflow.op.math.Exp;
import org.tensorflow.op.math.Expm1;
import org.tensorflow.op.math.Log;
import org.tensorflow.op.math.Log1p;
import org.tensorflow.op.math.Maximum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.math.Minimum;
import org.tensorflow.op.math.Mul;
import org.tensorflow.op.math.Neg;
import org.tensorflow.op.math.Pow;
import org.tensorflow.op.math.RealDiv;
import org.tensorflow.op.math.Reciprocal;
import org.tensorflow.op.math.Rsqrt;
import org.tensorflow.op.math.Sigmoid;
import org.tensorflow.op.math.Sin;
import org.tensorflow.op.math.Sinh;
import org.tensorflow.op.math.Softplus;
import org.tensorflow.op.math.Sqrt;
import org.tensorflow.op.math.Square;
import org.tensorflow.op.math.SquaredDifference;
import org.tensorflow.op.math.Sub;
import org.tensorflow.op.math.Tan;
import org.tensorflow.op.math.Tanh;
import org.tensorflow.op.math.UnsortedSegmentSum;
import org.tensorflow.op.nn.L2Loss;
import org.tensorflow.op.nn.LogSoftmax;
import org.tensorflow.op.nn.Relu;
import org.tensorflow.op.nn.Softmax;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * The table of the derivative tests: at least one case for every op type that has rules. A new op
 * is a new row.
 */
final class DerivativeCases {
  private DerivativeCases() {}

  /**
   * An op with its inputs.
   *
   * @param name op type and variant, such as {@code MatMul transpose_a}
   * @param opType the op type that is tested
   * @param inputs shapes and intervals of the inputs
   * @param body builds the outputs from the inputs
   */
  record Case(String name, String opType, List<Domain> inputs, Body body) {
    /** Returns random values of the inputs. */
    List<double[]> values(Random random) {
      return inputs.stream()
          .map(in -> random.doubles(in.shape.size(), in.low, in.high).toArray())
          .toList();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Shape of an input and the open interval that its elements are drawn from. */
  record Domain(Shape shape, double low, double high) {}

  /** Builds outputs from inputs, in the dtype of the inputs. */
  @FunctionalInterface
  interface Body {
    List<? extends Operand<TNumber>> of(Ops tf, List<Operand<TNumber>> x);
  }

  /** Builds one output from one input. */
  @FunctionalInterface
  interface Unary {
    Operand<TNumber> of(Ops tf, Operand<TNumber> x);
  }

  /** Builds one output from two inputs. */
  @FunctionalInterface
  interface Binary {
    Operand<TNumber> of(Ops tf, Operand<TNumber> a, Operand<TNumber> b);
  }

  /** Builds outputs from one input. */
  @FunctionalInterface
  interface Outputs {
    List<? extends Operand<TNumber>> of(Ops tf, Operand<TNumber> x);
  }

  static List<Case> all() {
    return concat(
            Stream.of(
                arithmetic(),
                transcendental(),
                selections(),
                reductions(),
                reshapes(),
                moves(),
                slices(),
                joins(),
                matrixProducts(),
                gathers(),
                softmaxes()))
        .toList();
  }

  private static Stream<Case> arithmetic() {
    return concat(
        Stream.of(
            binary(Add.OP_NAME, -2, 2, (tf, a, b) -> tf.math.add(a, b)),
            binary("AddV2", -2, 2, (tf, a, b) -> raw(tf, "AddV2", op -> {}, a, b)),
            binary(Sub.OP_NAME, -2, 2, (tf, a, b) -> tf.math.sub(a, b)),
            binary(Mul.OP_NAME, -2, 2, (tf, a, b) -> tf.math.mul(a, b)),
            binary(Div.OP_NAME, 0.5, 2, (tf, a, b) -> tf.math.div(a, b)),
            binary(RealDiv.OP_NAME, -2, -0.5, (tf, a, b) -> tf.math.realDiv(a, b)),
            binary(DivNoNan.OP_NAME, 0.5, 2, (tf, a, b) -> tf.math.divNoNan(a, b)),
            binary(SquaredDifference.OP_NAME, -2, 2, (tf, a, b) -> tf.math.squaredDifference(a, b)),
            Stream.of(
                case3(AddN.OP_NAME, "", (tf, x) -> List.of(tf.math.addN(x))),
                case3(
                    AddN.OP_NAME,
                    "one inactive",
                    (tf, x) ->
                        List.of(tf.math.addN(List.of(x.get(0), tf.zerosLike(x.get(1)), x.get(2))))),
                one(Mul.OP_NAME, "by itself", in(-2, 2, 2, 3), (tf, x) -> tf.math.mul(x, x)),
                unary(Neg.OP_NAME, -2, 2, (tf, x) -> tf.math.neg(x)),
                unary(Reciprocal.OP_NAME, 0.5, 2, (tf, x) -> tf.math.reciprocal(x)),
                unary("Inv", -2, -0.5, (tf, x) -> raw(tf, "Inv", op -> {}, x)),
                unary(Square.OP_NAME, -2, 2, (tf, x) -> tf.math.square(x)))));
  }

  private static Stream<Case> transcendental() {
    return concat(
        Stream.of(
            Stream.of(
                unary(Exp.OP_NAME, -2, 2, (tf, x) -> tf.math.exp(x)),
                unary(Expm1.OP_NAME, -2, 2, (tf, x) -> tf.math.expm1(x)),
                unary(Log.OP_NAME, 0.2, 5, (tf, x) -> tf.math.log(x)),
                unary(Log1p.OP_NAME, -0.5, 5, (tf, x) -> tf.math.log1p(x)),
                unary(Tanh.OP_NAME, -2, 2, (tf, x) -> tf.math.tanh(x)),
                unary(Sigmoid.OP_NAME, -4, 4, (tf, x) -> tf.math.sigmoid(x)),
                unary(Softplus.OP_NAME, -4, 4, (tf, x) -> tf.math.softplus(x)),
                unary(Erf.OP_NAME, -2, 2, (tf, x) -> tf.math.erf(x)),
                unary(Erfc.OP_NAME, -2, 2, (tf, x) -> tf.math.erfc(x)),
                unary(Sin.OP_NAME, -4, 4, (tf, x) -> tf.math.sin(x)),
                unary(Cos.OP_NAME, -4, 4, (tf, x) -> tf.math.cos(x)),
                unary(Tan.OP_NAME, -1, 1, (tf, x) -> tf.math.tan(x)),
                unary(Sinh.OP_NAME, -2, 2, (tf, x) -> tf.math.sinh(x)),
                unary(Cosh.OP_NAME, -2, 2, (tf, x) -> tf.math.cosh(x)),
                unary(Atan.OP_NAME, -2, 2, (tf, x) -> tf.math.atan(x)),
                unary(Sqrt.OP_NAME, 0.5, 4, (tf, x) -> tf.math.sqrt(x)),
                unary(Rsqrt.OP_NAME, 0.5, 4, (tf, x) -> tf.math.rsqrt(x)),
                one(
                    Pow.OP_NAME,
                    "negative base, constant exponent 3",
                    in(-2, -0.5, 2, 3),
                    (tf, x) -> tf.math.pow(x, scalar(tf, x, 3))),
                one(
                    Pow.OP_NAME,
                    "constant base",
                    in(-2, 2, 2, 3),
                    (tf, x) -> tf.math.pow(scalar(tf, x, 1.5), x))),
            binary(Pow.OP_NAME, 0.5, 2, (tf, a, b) -> tf.math.pow(a, b))));
  }

  private static Stream<Case> selections() {
    return concat(
        Stream.of(
            binary(Maximum.OP_NAME, -2, 2, (tf, a, b) -> tf.math.maximum(a, b)),
            binary(Minimum.OP_NAME, -2, 2, (tf, a, b) -> tf.math.minimum(a, b)),
            binary(
                Select.OP_NAME,
                -2,
                2,
                (tf, a, b) -> tf.select(tf.constant(new boolean[] {true, false, true}), a, b)),
            Stream.of(
                two(
                    Select.OP_NAME,
                    "condition [2, 1] with values [3] and [2, 3]",
                    in(-2, 2, 3),
                    in(-2, 2, 2, 3),
                    (tf, a, b) -> tf.select(tf.constant(new boolean[][] {{true}, {false}}), a, b)),
                one(
                    Select.OP_NAME,
                    "condition computed from the value",
                    in(-2, 2, 2, 3),
                    (tf, x) ->
                        tf.select(
                            tf.math.greater(x, scalar(tf, x, 0)),
                            tf.math.square(x),
                            tf.math.neg(x))),
                unary(Relu.OP_NAME, -2, 2, (tf, x) -> tf.nn.relu(x)),
                unary(Abs.OP_NAME, -2, 2, (tf, x) -> tf.math.abs(x)),
                new Case(
                    name(ClipByValue.OP_NAME, "scalar bounds"),
                    ClipByValue.OP_NAME,
                    List.of(in(-3, 3, 4, 3), in(-1.2, -0.8), in(0.8, 1.2)),
                    (tf, x) -> List.of(tf.clipByValue(x.get(0), x.get(1), x.get(2)))),
                new Case(
                    name(ClipByValue.OP_NAME, "bounds [4, 3]"),
                    ClipByValue.OP_NAME,
                    List.of(in(-3, 3, 4, 3), in(-1.2, -0.8, 4, 3), in(0.8, 1.2, 4, 3)),
                    (tf, x) -> List.of(tf.clipByValue(x.get(0), x.get(1), x.get(2)))))));
  }

  private static Stream<Case> reductions() {
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

  private static Stream<Case> matrixProducts() {
    List<Case> cases = new ArrayList<>();
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        String flags = (ta ? " transpose_a" : "") + (tb ? " transpose_b" : "");
        Domain a = ta ? in(-2, 2, 3, 2) : in(-2, 2, 2, 3);
        Domain b = tb ? in(-2, 2, 4, 3) : in(-2, 2, 3, 4);
        cases.add(
            two(
                MatMul.OP_NAME,
                flags,
                a,
                b,
                (tf, x, y) ->
                    tf.linalg.matMul(x, y, MatMul.transposeA(ta), MatMul.transposeB(tb))));
        Binary batched =
            (tf, x, y) ->
                tf.train.batchMatMul(x, y, x.type(), BatchMatMul.adjX(ta), BatchMatMul.adjY(tb));
        cases.add(two(BatchMatMul.OP_NAME, "batch" + flags, batch(a, 2), batch(b, 2), batched));
        cases.add(
            two(BatchMatMul.OP_NAME, "broadcast" + flags, batch(a, 2, 1), batch(b, 3), batched));
        Consumer<OperationBuilder> adjoints =
            op -> {
              op.setAttr("adj_x", ta);
              op.setAttr("adj_y", tb);
            };
        cases.add(
            two(
                "BatchMatMul",
                flags,
                batch(a, 2),
                batch(b, 2),
                (tf, x, y) -> raw(tf, "BatchMatMul", adjoints, x, y)));
        cases.add(
            two(
                "BatchMatMulV2",
                "broadcast" + flags,
                batch(a, 1),
                batch(b, 2, 3),
                (tf, x, y) -> raw(tf, "BatchMatMulV2", adjoints, x, y)));
      }
    }
    cases.add(
        two(
            BatchMatMul.OP_NAME,
            "no batch axes on the right",
            in(-2, 2, 2, 2, 3),
            in(-2, 2, 3, 4),
            (tf, x, y) -> tf.train.batchMatMul(x, y, x.type())));
    cases.add(
        one(
            MatMul.OP_NAME,
            "by itself",
            in(-2, 2, 3, 3),
            (tf, x) -> tf.linalg.matMul(x, x, MatMul.transposeB(true))));
    cases.add(einsum("ij,jk->ik", in(-2, 2, 2, 3), in(-2, 2, 3, 4)));
    cases.add(einsum("bqhd,bkhd->bhqk", in(-2, 2, 2, 3, 2, 4), in(-2, 2, 2, 1, 2, 4)));
    cases.add(einsum("i,j->ji", in(-2, 2, 3), in(-2, 2, 2)));
    cases.add(einsum("ij,ij->", in(-2, 2, 2, 3), in(-2, 2, 2, 3)));
    return cases.stream();
  }

  private static Case einsum(String equation, Domain a, Domain b) {
    return two(
        Einsum.OP_NAME, equation, a, b, (tf, x, y) -> tf.linalg.einsum(List.of(x, y), equation));
  }

  private static Stream<Case> gathers() {
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

  private static Stream<Case> softmaxes() {
    Domain logits = in(-2, 2, 3, 4);
    Domain labels = in(0.1, 1, 3, 4); // the op accepts rows of any sum
    int[] classes = {1, 3, 0};
    return Stream.of(
        one(Softmax.OP_NAME, "", logits, (tf, x) -> tf.nn.softmax(x)),
        one(Softmax.OP_NAME, "[2, 3, 4]", in(-2, 2, 2, 3, 4), (tf, x) -> tf.nn.softmax(x)),
        one(LogSoftmax.OP_NAME, "", logits, (tf, x) -> tf.nn.logSoftmax(x)),
        one(LogSoftmax.OP_NAME, "[2, 3, 4]", in(-2, 2, 2, 3, 4), (tf, x) -> tf.nn.logSoftmax(x)),
        many(
            SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
            "both outputs",
            logits,
            (tf, x) -> {
              var op = tf.nn.sparseSoftmaxCrossEntropyWithLogits(x, tf.constant(classes));
              return List.of(op.loss(), op.backprop());
            }),
        one(
            SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
            "loss",
            logits,
            (tf, x) -> tf.nn.sparseSoftmaxCrossEntropyWithLogits(x, tf.constant(classes)).loss()),
        one(
            SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
            "backprop",
            logits,
            (tf, x) ->
                tf.nn.sparseSoftmaxCrossEntropyWithLogits(x, tf.constant(classes)).backprop()),
        crossEntropy("both outputs", logits, labels),
        crossEntropy("features [1, 4]", in(-2, 2, 1, 4), labels),
        crossEntropy("labels [1, 4]", logits, in(0.1, 1, 1, 4)),
        two(
            SoftmaxCrossEntropyWithLogits.OP_NAME,
            "loss",
            logits,
            labels,
            (tf, x, q) -> tf.nn.softmaxCrossEntropyWithLogits(x, q).loss()),
        two(
            SoftmaxCrossEntropyWithLogits.OP_NAME,
            "backprop",
            logits,
            labels,
            (tf, x, q) -> tf.nn.softmaxCrossEntropyWithLogits(x, q).backprop()),
        one(
            SoftmaxCrossEntropyWithLogits.OP_NAME,
            "constant features",
            labels,
            (tf, q) -> tf.nn.softmaxCrossEntropyWithLogits(tf.onesLike(q), q).loss()));
  }

  private static Case crossEntropy(String what, Domain features, Domain labels) {
    return new Case(
        name(SoftmaxCrossEntropyWithLogits.OP_NAME, what),
        SoftmaxCrossEntropyWithLogits.OP_NAME,
        List.of(features, labels),
        (tf, x) -> {
          var op = tf.nn.softmaxCrossEntropyWithLogits(x.get(0), x.get(1));
          return List.of(op.loss(), op.backprop());
        });
  }

  // Builders of rows.

  private static Stream<Case> concat(Stream<Stream<Case>> families) {
    return families.flatMap(cases -> cases);
  }

  private static Domain in(double low, double high, long... shape) {
    return new Domain(Shape.of(shape), low, high);
  }

  /** Returns the matrices with leading batch axes. */
  private static Domain batch(Domain matrix, long... axes) {
    return new Domain(Shape.of(axes).append(matrix.shape()), matrix.low(), matrix.high());
  }

  private static Case unary(String opType, double low, double high, Unary body) {
    return one(opType, "", in(low, high, 2, 3), body);
  }

  /** Returns a row for each way of broadcasting two inputs. */
  private static Stream<Case> binary(String opType, double low, double high, Binary body) {
    long[][][] shapes = {
      {{2, 3}, {2, 3}},
      {{2, 3}, {3}},
      {{3}, {2, 3}},
      {{2, 3}, {}},
      {{}, {2, 3}},
      {{2, 1, 3}, {4, 1}}
    };
    return Arrays.stream(shapes)
        .map(
            ab ->
                two(
                    opType,
                    Arrays.toString(ab[0]) + " with " + Arrays.toString(ab[1]),
                    in(low, high, ab[0]),
                    in(low, high, ab[1]),
                    body));
  }

  private static Case one(String opType, String what, Domain x, Unary body) {
    return many(opType, what, x, (tf, in) -> List.of(body.of(tf, in)));
  }

  private static Case two(String opType, String what, Domain a, Domain b, Binary body) {
    return new Case(
        name(opType, what),
        opType,
        List.of(a, b),
        (tf, x) -> List.of(body.of(tf, x.get(0), x.get(1))));
  }

  /** Returns three inputs of one shape. */
  private static Case case3(String opType, String what, Body body) {
    Domain matrix = in(-2, 2, 2, 3);
    return new Case(name(opType, what), opType, List.of(matrix, matrix, matrix), body);
  }

  private static Case many(String opType, String what, Domain x, Outputs body) {
    return new Case(name(opType, what), opType, List.of(x), (tf, in) -> body.of(tf, in.get(0)));
  }

  private static String name(String opType, String what) {
    return (opType + " " + what).strip();
  }

  private static Operand<TNumber> scalar(Ops tf, Operand<TNumber> like, double value) {
    return Scalars.of(tf, like.type(), value);
  }

  /** Emits an op without a class in TensorFlow Java. */
  private static Operand<TNumber> raw(
      Ops tf, String opType, Consumer<OperationBuilder> attributes, Operand<?>... inputs) {
    OperationBuilder op =
        tf.scope().env().opBuilder(opType, tf.scope().makeOpName(opType), tf.scope());
    for (Operand<?> input : inputs) {
      op.addInput(input.asOutput());
    }
    attributes.accept(op);
    return ((GraphOperation) op.build()).<TNumber>output(0);
  }
}
