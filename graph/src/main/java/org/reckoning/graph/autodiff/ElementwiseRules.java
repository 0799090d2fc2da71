package org.reckoning.graph.autodiff;

import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
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
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TNumber;

/**
 * Rules of elementwise ops. A rule multiplies {@code d}, a tangent or a cotangent, by the
 * derivative. x is the input, y the output.
 *
 * <p>At a kink, |x| and relu have derivative 0, and equal arguments of max and min have 1/2 each.
 */
final class ElementwiseRules {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private ElementwiseRules() {}

  static void addTo(RuleTable rules) {
    addArithmetic(rules);
    addTranscendental(rules);
    addSelections(rules);
  }

  private static void addArithmetic(RuleTable rules) {
    RuleTable.Slope same = (n, d) -> d;
    RuleTable.Slope minus = (n, d) -> n.tf().math.neg(d);

    rules.elementwise(Add.OP_NAME, same, same);
    rules.elementwise("AddV2", same, same);
    rules.rule(
        AddN.OP_NAME,
        (n, dy, i) -> dy.get(0),
        (n, dx) -> Collections.singletonList(RuleTable.sum(n, dx.toList())));
    rules.elementwise(Sub.OP_NAME, same, minus);
    rules.elementwise(Neg.OP_NAME, minus);
    rules.elementwise(
        Mul.OP_NAME, (n, d) -> n.tf().math.mul(d, n.in(1)), (n, d) -> n.tf().math.mul(d, n.in(0)));
    // d(a/b)/db = -y/b
    for (String division : List.of(Div.OP_NAME, RealDiv.OP_NAME)) {
      rules.elementwise(
          division,
          (n, d) -> n.tf().math.div(d, n.in(1)),
          (n, d) -> n.tf().math.neg(n.tf().math.div(n.tf().math.mul(d, n.out()), n.in(1))));
    }
    rules.elementwise(
        DivNoNan.OP_NAME,
        (n, d) -> n.tf().math.divNoNan(d, n.in(1)),
        (n, d) -> n.tf().math.neg(n.tf().math.divNoNan(n.tf().math.mul(d, n.out()), n.in(1))));
    RuleTable.Slope reciprocal =
        (n, d) -> n.tf().math.neg(n.tf().math.mul(d, n.tf().math.square(n.out())));
    rules.elementwise(Reciprocal.OP_NAME, reciprocal);
    rules.elementwise("Inv", reciprocal);
    rules.elementwise(Square.OP_NAME, (n, d) -> n.tf().math.mul(d, twice(n, n.in(0))));
    rules.elementwise(
        SquaredDifference.OP_NAME,
        (n, d) -> n.tf().math.mul(d, twice(n, n.tf().math.sub(n.in(0), n.in(1)))),
        (n, d) -> n.tf().math.mul(d, twice(n, n.tf().math.sub(n.in(1), n.in(0)))));
  }

  private static void addTranscendental(RuleTable rules) {
    rules.elementwise(Exp.OP_NAME, (n, d) -> n.tf().math.mul(d, n.out()));
    rules.elementwise(
        Expm1.OP_NAME, (n, d) -> n.tf().math.mul(d, n.tf().math.add(n.out(), n.scalar(1))));
    rules.elementwise(Log.OP_NAME, (n, d) -> n.tf().math.div(d, n.in(0)));
    rules.elementwise(
        Log1p.OP_NAME, (n, d) -> n.tf().math.div(d, n.tf().math.add(n.scalar(1), n.in(0))));
    rules.elementwise(
        Tanh.OP_NAME, (n, d) -> n.tf().math.mul(d, oneMinus(n, n.tf().math.square(n.out()))));
    rules.elementwise(
        Sigmoid.OP_NAME,
        (n, d) -> n.tf().math.mul(d, n.tf().math.mul(n.out(), oneMinus(n, n.out()))));
    rules.elementwise(Softplus.OP_NAME, (n, d) -> n.tf().math.mul(d, n.tf().math.sigmoid(n.in(0))));
    rules.elementwise(Erf.OP_NAME, (n, d) -> bell(n, d, TWO_OVER_SQRT_PI));
    rules.elementwise(Erfc.OP_NAME, (n, d) -> bell(n, d, -TWO_OVER_SQRT_PI));
    rules.elementwise(Sin.OP_NAME, (n, d) -> n.tf().math.mul(d, n.tf().math.cos(n.in(0))));
    rules.elementwise(
        Cos.OP_NAME, (n, d) -> n.tf().math.neg(n.tf().math.mul(d, n.tf().math.sin(n.in(0)))));
    rules.elementwise(
        Tan.OP_NAME,
        (n, d) -> n.tf().math.mul(d, n.tf().math.add(n.scalar(1), n.tf().math.square(n.out()))));
    rules.elementwise(Sinh.OP_NAME, (n, d) -> n.tf().math.mul(d, n.tf().math.cosh(n.in(0))));
    rules.elementwise(Cosh.OP_NAME, (n, d) -> n.tf().math.mul(d, n.tf().math.sinh(n.in(0))));
    rules.elementwise(
        Atan.OP_NAME,
        (n, d) -> n.tf().math.div(d, n.tf().math.add(n.scalar(1), n.tf().math.square(n.in(0)))));
    // y = sqrt(x): 1/(2y), infinite at 0
    rules.elementwise(
        Sqrt.OP_NAME, (n, d) -> n.tf().math.div(n.tf().math.mul(d, n.scalar(0.5)), n.out()));
    // y = x^(-1/2): -y^3/2
    rules.elementwise(
        Rsqrt.OP_NAME,
        (n, d) -> {
          Operand<TNumber> cube = n.tf().math.mul(n.out(), n.tf().math.square(n.out()));
          return n.tf().math.mul(d, n.tf().math.mul(n.scalar(-0.5), cube));
        });
    rules.elementwise(
        Pow.OP_NAME, ElementwiseRules::powerInBase, ElementwiseRules::powerInExponent);
  }

  private static void addSelections(RuleTable rules) {
    rules.elementwise(
        Select.OP_NAME,
        null,
        (n, d) -> n.tf().select(n.in(0, TBool.class), d, n.scalar(0)),
        (n, d) -> n.tf().select(n.in(0, TBool.class), n.scalar(0), d));
    rules.elementwise(
        Relu.OP_NAME,
        (n, d) -> n.tf().select(n.tf().math.greater(n.in(0), n.scalar(0)), d, n.scalar(0)));
    rules.elementwise(Abs.OP_NAME, (n, d) -> n.tf().math.mul(d, n.tf().math.sign(n.in(0))));
    rules.elementwise(
        Maximum.OP_NAME, (n, d) -> whereLarger(n, d, 0), (n, d) -> whereLarger(n, d, 1));
    rules.elementwise(
        Minimum.OP_NAME, (n, d) -> whereLarger(n, d, 1), (n, d) -> whereLarger(n, d, 0));
    // y = min(max(x, low), high); at a bound, x has the derivative 1
    rules.elementwise(
        ClipByValue.OP_NAME,
        (n, d) ->
            n.tf()
                .select(
                    n.tf()
                        .math
                        .logicalOr(
                            n.tf().math.less(n.in(0), n.in(1)),
                            n.tf().math.greater(n.in(0), n.in(2))),
                    n.scalar(0),
                    d),
        (n, d) -> n.tf().select(n.tf().math.less(n.in(0), n.in(1)), d, n.scalar(0)),
        (n, d) -> n.tf().select(n.tf().math.greater(n.in(0), n.in(2)), d, n.scalar(0)));
  }

  /** Emits d(a^b)/da = b a^(b-1). It is 0 for 0^0: the derivatives of x^2 at 0 are 0, 2, 0. */
  private static Operand<TNumber> powerInBase(Node n, Operand<TNumber> d) {
    Operand<TNumber> a = n.in(0);
    Operand<TNumber> b = n.in(1);
    Operand<TBool> zeroToZero =
        n.tf()
            .math
            .logicalAnd(n.tf().math.equal(a, n.scalar(0)), n.tf().math.equal(b, n.scalar(0)));
    Operand<TNumber> exponent =
        n.tf().select(zeroToZero, n.scalar(1), n.tf().math.sub(b, n.scalar(1)));
    return n.tf().math.mul(d, n.tf().math.mul(b, n.tf().math.pow(a, exponent)));
  }

  /** Emits d(a^b)/db = y log a for a > 0, else 0. The unused logarithms are those of 1, not NaN. */
  private static Operand<TNumber> powerInExponent(Node n, Operand<TNumber> d) {
    Operand<TBool> positive = n.tf().math.greater(n.in(0), n.scalar(0));
    Operand<TNumber> log = n.tf().math.log(n.tf().select(positive, n.in(0), n.scalar(1)));
    return n.tf().select(positive, n.tf().math.mul(d, n.tf().math.mul(n.out(), log)), n.scalar(0));
  }

  /** Emits {@code d * factor * exp(-x^2)}. */
  private static Operand<TNumber> bell(Node n, Operand<TNumber> d, double factor) {
    Operand<TNumber> exp = n.tf().math.exp(n.tf().math.neg(n.tf().math.square(n.in(0))));
    return n.tf().math.mul(d, n.tf().math.mul(n.scalar(factor), exp));
  }

  /** Multiplies d by 1 where input i is the larger one of two, by 1/2 at a tie, else by 0. */
  private static Operand<TNumber> whereLarger(Node n, Operand<TNumber> d, int i) {
    Operand<TNumber> own = n.in(i);
    Operand<TNumber> other = n.in(1 - i);
    Operand<TNumber> unlessLarger =
        n.tf().select(n.tf().math.less(own, other), n.scalar(0), n.scalar(0.5));
    Operand<TNumber> share =
        n.tf().select(n.tf().math.greater(own, other), n.scalar(1), unlessLarger);
    return n.tf().math.mul(d, share);
  }

  private static Operand<TNumber> oneMinus(Node n, Operand<TNumber> x) {
    return n.tf().math.sub(n.scalar(1), x);
  }

  private static Operand<TNumber> twice(Node n, Operand<TNumber> x) {
    return n.tf().math.mul(n.scalar(2), x);
  }
}
