package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.TestGraph.Feeds;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Compares derivatives of first and second order with central differences, in float64 and in random
 * directions.
 */
class DerivativeTest {
  private static final int SEED = 17;

  /** Step with equal errors of rounding, 2^-52/h, and of truncation, h^2. */
  private static final double STEP = Math.cbrt(Math.ulp(1.0));

  /**
   * Tolerance relative to the largest element. At the step above both errors are 4e-11. The rest is
   * room for third derivatives and for values larger than their derivatives.
   */
  private static final double TOLERANCE = 2e-9;

  /** Relative tolerance if both sides are exact up to rounding, 2^-52 an operation. */
  private static final double ROUNDING = 1e-12;

  private static final Differentiator D = Differentiator.standard();

  static Stream<Case> cases() {
    return Stream.concat(DerivativeCases.all().stream(), NetworkCases.all().stream());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void derivatives_ofEachCase_matchCentralDifferencesToOrderTwo(Case c) {
    try (var g = new TestGraph()) {
      new Probe(g, c).check();
    }
  }

  /** A case {@code y(x)} with directions u and v of the inputs and cotangents w of the outputs. */
  private static final class Probe {
    private final TestGraph g;
    private final String name;
    private final List<Operand<TNumber>> x;
    private final List<Operand<TNumber>> y;
    private final List<Operand<TNumber>> u;
    private final List<Operand<TNumber>> v;
    private final List<Operand<TNumber>> w;
    private final List<double[]> xs;
    private final List<double[]> us;
    private final List<double[]> vs;
    private final List<double[]> ws;

    Probe(TestGraph g, Case c) {
      this.g = g;
      this.name = c.name() + ", seed " + SEED;
      x = c.inputs().stream().map(in -> g.input(in.shape().asArray())).toList();
      y = c.body().of(g.tf(), x).stream().map(this::bent).toList();
      u = g.inputsLike(x);
      v = g.inputsLike(x);
      w = g.inputsLike(y);
      Random random = new Random(SEED);
      xs = c.values(random);
      us = uniforms(random, x);
      vs = uniforms(random, x);
      ws = uniforms(random, y);
    }

    void check() {
      Ops tf = g.tf();
      List<Operand<TNumber>> gradient = dense(D.pullback(tf, y, w, x));
      List<Operand<TNumber>> tangent = dense(D.pushforward(tf, y, x, v));
      List<Operand<TNumber>> reverseOverReverse = dense(D.pullback(tf, gradient, v, x));
      List<Operand<TNumber>> forwardOverReverse = dense(D.pushforward(tf, gradient, x, v));
      List<Operand<TNumber>> reverseOverForward = dense(D.pullback(tf, tangent, w, x));
      List<Operand<TNumber>> forwardOverForward = dense(D.pushforward(tf, tangent, x, u));

      List<double[]> slopes = differences(y, vs);
      List<double[]> tangents = at(xs, tangent);
      List<double[]> gradients = at(xs, gradient);
      assertClose("forward", tangents, slopes, TOLERANCE);
      // <J^T w, v> = <w, J v>
      assertThat(dot(gradients, vs))
          .as("reverse against forward, %s", name)
          .isCloseTo(dot(ws, tangents), within(ROUNDING * scale(ws, tangents)));
      assertThat(dot(gradients, us))
          .as("reverse, %s", name)
          .isCloseTo(dot(ws, differences(y, us)), within(TOLERANCE * scale(gradients, us)));

      List<double[]> curvature = differences(gradient, vs);
      assertClose("reverse over reverse", at(xs, reverseOverReverse), curvature, TOLERANCE);
      assertClose("forward over reverse", at(xs, forwardOverReverse), curvature, TOLERANCE);
      assertClose("reverse over forward", at(xs, reverseOverForward), curvature, TOLERANCE);
      assertClose(
          "forward over forward", at(xs, forwardOverForward), differences(tangent, us), TOLERANCE);
      assertClose(
          "two ways to the Hessian",
          at(xs, reverseOverReverse),
          at(xs, forwardOverReverse),
          ROUNDING);
    }

    /**
     * Emits {@code y + y^2}. Its Hessian is not zero even for a linear op, so the second derivative
     * uses the rules of every op that the first derivative emits.
     */
    private Operand<TNumber> bent(Operand<TNumber> y) {
      return g.tf().math.add(y, g.tf().math.square(y));
    }

    /** Returns central differences of tensors along a direction. */
    private List<double[]> differences(List<Operand<TNumber>> tensors, List<double[]> direction) {
      List<double[]> ahead = at(moved(direction, STEP), tensors);
      List<double[]> behind = at(moved(direction, -STEP), tensors);
      return zip(ahead, behind, (a, b) -> (a - b) / (2 * STEP));
    }

    private List<double[]> moved(List<double[]> direction, double step) {
      return zip(xs, direction, (x, d) -> x + step * d);
    }

    private List<double[]> at(List<double[]> inputs, List<Operand<TNumber>> tensors) {
      Feeds feeds = new Feeds().putAll(x, inputs).putAll(u, us).putAll(v, vs).putAll(w, ws);
      return g.run(feeds, tensors);
    }

    private void assertClose(
        String what, List<double[]> actual, List<double[]> expected, double tolerance) {
      for (int i = 0; i < expected.size(); i++) {
        double largest = Arrays.stream(expected.get(i)).map(Math::abs).reduce(1, Math::max);
        assertThat(actual.get(i))
            .as("%s, tensor %d of %s", what, i, name)
            .containsExactly(expected.get(i), within(tolerance * largest));
      }
    }
  }

  private static List<Operand<TNumber>> dense(Tangents tangents) {
    return IntStream.range(0, tangents.size()).mapToObj(tangents::orZero).toList();
  }

  private static List<double[]> uniforms(Random random, List<Operand<TNumber>> like) {
    return like.stream().map(x -> random.doubles(x.shape().size(), -1, 1).toArray()).toList();
  }

  private static List<double[]> zip(
      List<double[]> a, List<double[]> b, DoubleBinaryOperator function) {
    List<double[]> zipped = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      double[] left = a.get(i);
      double[] right = b.get(i);
      double[] both = new double[left.length];
      Arrays.setAll(both, j -> function.applyAsDouble(left[j], right[j]));
      zipped.add(both);
    }
    return zipped;
  }

  /** Returns the scale of the rounding errors of a dot product. */
  private static double scale(List<double[]> a, List<double[]> b) {
    return Math.max(1, dot(zip(a, a, (x, y) -> Math.abs(x)), zip(b, b, (x, y) -> Math.abs(x))));
  }

  private static double dot(List<double[]> a, List<double[]> b) {
    return zip(a, b, (x, y) -> x * y).stream().flatMapToDouble(Arrays::stream).sum();
  }
}
