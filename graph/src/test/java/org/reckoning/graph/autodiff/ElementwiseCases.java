package org.reckoning.graph.autodiff;

import static org.reckoning.graph.autodiff.DerivativeCases.binary;
import static org.reckoning.graph.autodiff.DerivativeCases.case3;
import static org.reckoning.graph.autodiff.DerivativeCases.concat;
import static org.reckoning.graph.autodiff.DerivativeCases.in;
import static org.reckoning.graph.autodiff.DerivativeCases.name;
import static org.reckoning.graph.autodiff.DerivativeCases.one;
import static org.reckoning.graph.autodiff.DerivativeCases.raw;
import static org.reckoning.graph.autodiff.DerivativeCases.scalar;
import static org.reckoning.graph.autodiff.DerivativeCases.two;
import static org.reckoning.graph.autodiff.DerivativeCases.unary;

import java.util.List;
import java.util.stream.Stream;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.tensorflow.op.core.ClipByValue;
import org.tensorflow.op.core.Select;
import org.tensorflow.op.math.Abs;
import org.tensorflow.op.math.Add;
import org.tensorflow.op.math.AddN;
import org.tensorflow.op.math.Atan;
import org.tensorflow.op.math.Cos;
import org.tensorflow.op.math.Cosh;
import org.tensorflow.op.math.Div;
import org.tensorflow.op.math.DivNoNan;
import org.tensorflow.op.math.Erf;
import org.tensorflow.op.math.Erfc;
import org.tensorflow.op.math.Exp;
import org.tensorflow.op.math.Expm1;
import org.tensorflow.op.math.Log;
import org.tensorflow.op.math.Log1p;
import org.tensorflow.op.math.Maximum;
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
import org.tensorflow.op.nn.Relu;

/** Rows for {@link ElementwiseRules}. */
final class ElementwiseCases {
  private ElementwiseCases() {}

  static Stream<Case> all() {
    return concat(Stream.of(arithmetic(), transcendental(), selections()));
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
}
