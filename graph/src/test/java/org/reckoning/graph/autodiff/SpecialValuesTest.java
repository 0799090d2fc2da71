package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.autodiff.DerivativeCases.Binary;
import org.reckoning.graph.autodiff.DerivativeCases.Body;
import org.reckoning.graph.autodiff.DerivativeCases.Unary;
import org.reckoning.graph.autodiff.TestGraph.Feeds;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Values and derivatives of first and second order where central differences fail: at kinks and
 * ties, at the edge of a domain, and where a function saturates or overflows. The Javadoc of the
 * rules defines the expected derivatives.
 */
class SpecialValuesTest {
  /** Relative tolerance: a few roundings of float64. */
  private static final double TOLERANCE = 1e-14;

  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double LN_2 = Math.log(2);
  private static final Differentiator D = Differentiator.standard();

  /**
   * A point with the expected value and derivatives.
   *
   * @param name op and point
   * @param body builds the output, whose elements are summed
   * @param x the inputs: vectors
   * @param v the direction of the second derivative
   * @param y value, for the one output
   * @param first gradient, for each input
   * @param second Hessian times v, for each input
   */
  private record Row(
      String name,
      Body body,
      List<double[]> x,
      List<double[]> v,
      List<double[]> y,
      List<double[]> first,
      List<double[]> second) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(kinks(), powers(), edges(), saturated(), softmaxes()).flatMap(rows -> rows);
  }

  /** Kinks: no slope at 0, ties share a derivative, bounds belong to the interval. */
  private static Stream<Row> kinks() {
    return Stream.of(
        point("abs at 0", (tf, x) -> tf.math.abs(x), 0, 0, 0, 0),
        point("abs of -1e308", (tf, x) -> tf.math.abs(x), -1e308, 1e308, -1, 0),
        point("relu at 0", (tf, x) -> tf.nn.relu(x), 0, 0, 0, 0),
        point("relu of 1e308", (tf, x) -> tf.nn.relu(x), 1e308, 1e308, 1, 0),
        point("relu of -1e308", (tf, x) -> tf.nn.relu(x), -1e308, 0, 0, 0),
        tie("maximum of equals", (tf, a, b) -> tf.math.maximum(a, b)),
        tie("minimum of equals", (tf, a, b) -> tf.math.minimum(a, b)),
        point("maximum of x and x", (tf, x) -> tf.math.maximum(x, x), 3, 3, 1, 0),
        point(
            "maximum of x^2 and 4 at 2",
            (tf, x) -> tf.math.maximum(tf.math.square(x), scalar(tf, x, 4)),
            2,
            4,
            2,
            1),
        point(
            "clip at its lower bound",
            (tf, x) -> tf.clipByValue(x, scalar(tf, x, -1), scalar(tf, x, 1)),
            -1,
            -1,
            1,
            0),
        point(
            "clip at its upper bound",
            (tf, x) -> tf.clipByValue(x, scalar(tf, x, -1), scalar(tf, x, 1)),
            1,
            1,
            1,
            0),
        vector(
            "max of [2, 2, 1]",
            (tf, x) -> tf.max(x, tf.constant(0)),
            of(2, 2, 1),
            of(1, 0, 0),
            of(2),
            of(0.5, 0.5, 0),
            of(0, 0, 0)),
        vector(
            "min of [3, 3, 3]",
            (tf, x) -> tf.min(x, tf.constant(0)),
            of(3, 3, 3),
            of(1, 0, 0),
            of(3),
            of(1 / 3., 1 / 3., 1 / 3.),
            of(0, 0, 0)),
        vector(
            "max of [2, 2, 1] squared",
            (tf, x) -> tf.math.square(tf.max(x, tf.constant(0))),
            of(2, 2, 1),
            of(1, 0, 0),
            of(4),
            of(2, 2, 0),
            of(0.5, 0.5, 0)),
        point(
            "squared difference of equals",
            (tf, x) -> tf.math.squaredDifference(x, scalar(tf, x, 3)),
            3,
            0,
            0,
            2));
  }

  /** Powers: x^0 has derivative 0 even at 0; in the exponent it is 0 unless the base is > 0. */
  private static Stream<Row> powers() {
    return Stream.of(
        power(0, 0, 1, 0, 0),
        power(2, 0, 1, 0, 0),
        power(0, 1, 0, 1, 0),
        power(0, 2, 0, 0, 2),
        power(0, 3, 0, 0, 0),
        power(-2, 3, -8, 12, -12),
        power(0, 0.5, 0, INFINITY, -INFINITY),
        power(0, -1, INFINITY, -INFINITY, INFINITY),
        power(1e200, 2, INFINITY, 2e200, 2),
        exponent(0, 2, 0, 0, 0),
        exponent(0, 0, 1, 0, 0),
        exponent(-2, 3, -8, 0, 0),
        exponent(1, 1e308, 1, 0, 0),
        exponent(2, -1e4, 0, 0, 0),
        pair("0^0 in both", (tf, a, b) -> tf.math.pow(a, b), of(0, 0), 1, of(0, 0), of(0, 0)));
  }

  /** Edges of domains: derivatives are infinite, or 0 by definition. */
  private static Stream<Row> edges() {
    return Stream.of(
        point("sqrt at 0", (tf, x) -> tf.math.sqrt(x), 0, 0, INFINITY, -INFINITY),
        point("sqrt of 1e300", (tf, x) -> tf.math.sqrt(x), 1e300, 1e150, 5e-151, 0),
        point("rsqrt at 0", (tf, x) -> tf.math.rsqrt(x), 0, INFINITY, -INFINITY, INFINITY),
        point("rsqrt of 1e-100", (tf, x) -> tf.math.rsqrt(x), 1e-100, 1e50, -5e149, 7.5e249),
        point("log at 0", (tf, x) -> tf.math.log(x), 0, -INFINITY, INFINITY, -INFINITY),
        point("log1p of 1e-300", (tf, x) -> tf.math.log1p(x), 1e-300, 1e-300, 1, -1),
        point("expm1 of 1e-300", (tf, x) -> tf.math.expm1(x), 1e-300, 1e-300, 1, 1),
        point(
            "reciprocal at 0", (tf, x) -> tf.math.reciprocal(x), 0, INFINITY, -INFINITY, INFINITY),
        point(
            "1/x at 0 by div",
            (tf, x) -> tf.math.div(scalar(tf, x, 1), x),
            0,
            INFINITY,
            -INFINITY,
            INFINITY),
        pair(
            "1 / 0 by divNoNan",
            (tf, a, b) -> tf.math.divNoNan(a, b),
            of(1, 0),
            0,
            of(0, 0),
            of(0, 0)),
        pair(
            "0 / 0 by divNoNan",
            (tf, a, b) -> tf.math.divNoNan(a, b),
            of(0, 0),
            0,
            of(0, 0),
            of(0, 0)));
  }

  private static Stream<Row> saturated() {
    return Stream.of(
        point("exp of 1e4", (tf, x) -> tf.math.exp(x), 1e4, INFINITY, INFINITY, INFINITY),
        point("exp of -1e4", (tf, x) -> tf.math.exp(x), -1e4, 0, 0, 0),
        point("tanh of 1e4", (tf, x) -> tf.math.tanh(x), 1e4, 1, 0, 0),
        point("tanh of -1e4", (tf, x) -> tf.math.tanh(x), -1e4, -1, 0, 0),
        point("sigmoid at 0", (tf, x) -> tf.math.sigmoid(x), 0, 0.5, 0.25, 0),
        point("sigmoid of 1e4", (tf, x) -> tf.math.sigmoid(x), 1e4, 1, 0, 0),
        point("sigmoid of -1e4", (tf, x) -> tf.math.sigmoid(x), -1e4, 0, 0, 0),
        point("softplus at 0", (tf, x) -> tf.math.softplus(x), 0, LN_2, 0.5, 0.25),
        point("softplus of 1e4", (tf, x) -> tf.math.softplus(x), 1e4, 1e4, 1, 0),
        point("softplus of -1e4", (tf, x) -> tf.math.softplus(x), -1e4, 0, 0, 0),
        point("erf of 1e4", (tf, x) -> tf.math.erf(x), 1e4, 1, 0, 0),
        point("erf of -1e200", (tf, x) -> tf.math.erf(x), -1e200, -1, 0, 0),
        point("erfc of 1e4", (tf, x) -> tf.math.erfc(x), 1e4, 0, 0, 0),
        point("atan of 1e200", (tf, x) -> tf.math.atan(x), 1e200, Math.PI / 2, 0, 0));
  }

  /** Softmaxes of logits of +-1e4: all numbers are finite. */
  private static Stream<Row> softmaxes() {
    double[] sharp = of(1e4, -1e4, 0);
    double[] tied = of(1e4, 1e4, -1e4);
    double[] v = of(1, 0, 0);
    double[] zero = of(0, 0, 0);
    double[] half = of(0.25, -0.25, 0); // p (v - p v) at p = [1/2, 1/2, 0]
    Unary softmax = (tf, x) -> tf.math.mul(tf.nn.softmax(x), oneTwoThree(tf));
    Unary logSoftmax = (tf, x) -> tf.math.mul(tf.nn.logSoftmax(x), oneTwoThree(tf));
    return Stream.of(
        vector("softmax, sharp", softmax, sharp, v, of(1, 0, 0), zero, zero),
        vector("softmax, tied", softmax, tied, v, of(0.5, 1, 0), of(-0.25, 0.25, 0), zero),
        vector("log-softmax, sharp", logSoftmax, sharp, v, of(0, -4e4, -3e4), of(-5, 2, 3), zero),
        vector(
            "log-softmax, tied",
            logSoftmax,
            tied,
            v,
            of(-LN_2, -2 * LN_2, -6e4 - 3 * LN_2),
            of(-2, -1, 3),
            of(-1.5, 1.5, 0)),
        vector("sparse cross-entropy, right", sparse(0), sharp, v, of(0), zero, zero),
        vector("sparse cross-entropy, wrong", sparse(1), sharp, v, of(2e4), of(1, -1, 0), zero),
        vector("sparse cross-entropy, tied", sparse(0), tied, v, of(LN_2), of(-0.5, 0.5, 0), half),
        vector("cross-entropy, right", dense(1, 0, 0), sharp, v, of(0), zero, zero),
        vector("cross-entropy, wrong", dense(0, 1, 0), sharp, v, of(2e4), of(1, -1, 0), zero),
        vector("cross-entropy, tied", dense(1, 0, 0), tied, v, of(LN_2), of(-0.5, 0.5, 0), half));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void derivatives_ofEachRow_areThoseOfItsConvention(Row row) {
    try (var g = new TestGraph()) {
      Ops tf = g.tf();
      List<Operand<TNumber>> x = row.x.stream().map(value -> g.input(value.length)).toList();
      List<Operand<TNumber>> v = g.inputsLike(x);
      List<Operand<TNumber>> y = List.copyOf(row.body.of(tf, x));
      List<Operand<TNumber>> ones =
          y.stream().map(each -> TestGraph.number(tf.onesLike(each))).toList();
      Feeds feeds = new Feeds().putAll(x, row.x).putAll(v, row.v);

      Tangents gradient = D.pullback(tf, y, ones, x);
      Tangents tangent = D.pushforward(tf, y, x, v);
      List<Operand<TNumber>> dense =
          IntStream.range(0, x.size()).mapToObj(gradient::orZero).toList();
      List<Operand<TNumber>> along = List.of(tangent.orZero(0));
      Tangents forwardOverForward = D.pushforward(tf, along, x, v);

      assertClose(row + ", value", g.run(feeds, y), row.y);
      double slope = Arrays.stream(g.run(feeds, along.get(0))).sum();
      assertClose(row + ", forward", slope, dot(row.first, row.v));
      assertClose(
          row + ", forward over forward",
          Arrays.stream(g.run(feeds, forwardOverForward.orZero(0))).sum(),
          dot(row.second, row.v));
      assertClose(row + ", reverse", g.run(feeds, dense), row.first);
      assertClose(
          row + ", reverse over reverse", g, feeds, D.pullback(tf, dense, v, x), row.second);
      assertClose(
          row + ", forward over reverse", g, feeds, D.pushforward(tf, dense, x, v), row.second);
      assertClose(
          row + ", reverse over forward", g, feeds, D.pullback(tf, along, ones, x), row.second);
    }
  }

  @Test
  void pow_ofSquareAtZero_hasDerivativesZeroTwoZeroInEachMode() {
    try (var g = new TestGraph()) {
      Operand<TNumber> x = g.input();
      Operand<TNumber> one = Scalars.of(g.tf(), x.type(), 1);
      Operand<TNumber> reverse = g.tf().math.pow(x, Scalars.of(g.tf(), x.type(), 2));
      Operand<TNumber> forward = reverse;
      for (double expected : of(0, 2, 0)) {
        reverse = D.gradients(g.tf(), reverse, List.of(x)).orZero(0);
        forward = D.pushforward(g.tf(), List.of(forward), List.of(x), List.of(one)).orZero(0);
        assertThat(g.run(new Feeds().put(x, 0), reverse)).containsExactly(expected);
        assertThat(g.run(new Feeds().put(x, 0), forward)).containsExactly(expected);
      }
    }
  }

  /** An elementwise function at a point: value, first and second derivative. */
  private static Row point(String name, Unary body, double x, double y, double dy, double ddy) {
    return vector(name, body, of(x), of(1), of(y), of(dy), of(ddy));
  }

  private static Row vector(
      String name,
      Unary body,
      double[] x,
      double[] v,
      double[] y,
      double[] first,
      double[] second) {
    return new Row(
        name,
        (tf, in) -> List.of(body.of(tf, in.get(0))),
        List.of(x),
        List.of(v),
        List.of(y),
        List.of(first),
        List.of(second));
  }

  /** A function of two scalars, with the second derivative along (1, 1). */
  private static Row pair(
      String name, Binary body, double[] ab, double y, double[] first, double[] second) {
    return new Row(
        name,
        (tf, in) -> List.of(body.of(tf, in.get(0), in.get(1))),
        each(ab),
        List.of(of(1), of(1)),
        List.of(of(y)),
        each(first),
        each(second));
  }

  private static Row tie(String name, Binary body) {
    return pair(name, body, of(2, 2), 2, of(0.5, 0.5), of(0, 0));
  }

  /** x^n as a function of x. */
  private static Row power(double x, double n, double y, double dy, double ddy) {
    return point(x + "^" + n, (tf, a) -> tf.math.pow(a, scalar(tf, a, n)), x, y, dy, ddy);
  }

  /** a^x as a function of x. */
  private static Row exponent(double a, double x, double y, double dy, double ddy) {
    String name = a + "^x at " + x;
    return point(name, (tf, b) -> tf.math.pow(scalar(tf, b, a), b), x, y, dy, ddy);
  }

  private static Unary sparse(int label) {
    return (tf, x) ->
        tf.nn
            .sparseSoftmaxCrossEntropyWithLogits(
                tf.expandDims(x, tf.constant(0)), tf.constant(new int[] {label}))
            .loss();
  }

  private static Unary dense(double... labels) {
    return (tf, x) -> {
      Operand<TNumber> rows = TestGraph.number(tf.constant(new double[][] {labels}));
      return tf.nn.softmaxCrossEntropyWithLogits(tf.expandDims(x, tf.constant(0)), rows).loss();
    };
  }

  private static Operand<TNumber> oneTwoThree(Ops tf) {
    return TestGraph.number(tf.constant(of(1, 2, 3)));
  }

  private static Operand<TNumber> scalar(Ops tf, Operand<TNumber> like, double value) {
    return Scalars.of(tf, like.type(), value);
  }

  private static double[] of(double... values) {
    return values;
  }

  private static List<double[]> each(double[] values) {
    return Arrays.stream(values).mapToObj(SpecialValuesTest::of).toList();
  }

  private static void assertClose(
      String what, TestGraph g, Feeds feeds, Tangents actual, List<double[]> expected) {
    List<Operand<TNumber>> dense =
        IntStream.range(0, actual.size()).mapToObj(actual::orZero).toList();
    assertClose(what, g.run(feeds, dense), expected);
  }

  private static void assertClose(String what, List<double[]> actual, List<double[]> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertClose(what + ", input " + i, actual.get(i), expected.get(i));
    }
  }

  private static void assertClose(String what, double[] actual, double[] expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertClose(what + " [" + i + "]", actual[i], expected[i]);
    }
  }

  /** Asserts that numbers are close; an infinity equals itself. */
  private static void assertClose(String what, double actual, double expected) {
    double error = Math.abs(actual - expected);
    assertThat(actual == expected || error <= TOLERANCE * Math.max(1, Math.abs(expected)))
        .as("%s: %s, expected %s", what, actual, expected)
        .isTrue();
  }

  private static double dot(List<double[]> a, List<double[]> b) {
    double dot = 0;
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; j < a.get(i).length; j++) {
        dot += a.get(i)[j] * b.get(i)[j];
      }
    }
    return dot;
  }
}
