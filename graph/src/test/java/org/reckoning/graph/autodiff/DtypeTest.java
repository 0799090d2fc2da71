package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.TestGraph.Feeds;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Derivatives in float32 and bfloat16, and in graphs of several dtypes, against float64. */
class DtypeTest {
  private static final int SEED = 17;

  /** Tolerance of a chain of ops, in roundings of one op. */
  private static final double ROUNDINGS = 32;

  private static final Differentiator D = Differentiator.standard();

  /** Returns the first case of each op type. */
  static Stream<Case> cases() {
    Map<String, Case> first = new LinkedHashMap<>();
    DerivativeCases.all().forEach(c -> first.putIfAbsent(c.opType(), c));
    return first.values().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void derivatives_inFloat32_agreeWithFloat64(Case c) {
    checkFirstOrder(c, TFloat32.class, ROUNDINGS * 0x1p-24);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void derivatives_inBfloat16_agreeWithFloat64(Case c) {
    checkFirstOrder(c, TBfloat16.class, ROUNDINGS * 0x1p-9);
  }

  private static void checkFirstOrder(Case c, Class<? extends TNumber> type, double tolerance) {
    List<double[]> rounded = derivatives(c, type);
    List<double[]> exact = derivatives(c, TFloat64.class);
    for (int i = 0; i < exact.size(); i++) {
      double largest = Arrays.stream(exact.get(i)).map(Math::abs).reduce(1, Math::max);
      assertThat(rounded.get(i))
          .as("derivative %d of %s, seed %d", i, c, SEED)
          .containsExactly(exact.get(i), within(tolerance * largest));
    }
  }

  /** Returns cotangents of inputs, then tangents of outputs, at values that fit every dtype. */
  private static List<double[]> derivatives(Case c, Class<? extends TNumber> type) {
    try (var g = new TestGraph()) {
      List<Operand<TNumber>> x = c.inputs().stream().map(in -> g.input(type, in.shape())).toList();
      List<Operand<TNumber>> y = List.copyOf(c.body().of(g.tf(), x));
      List<Operand<TNumber>> dy = g.inputsLike(y);
      List<Operand<TNumber>> dx = g.inputsLike(x);
      Tangents gradient = D.pullback(g.tf(), y, dy, x);
      Tangents tangent = D.pushforward(g.tf(), y, x, dx);
      List<Operand<TNumber>> fetches = new ArrayList<>();
      IntStream.range(0, x.size()).forEach(i -> fetches.add(gradient.orZero(i)));
      IntStream.range(0, y.size()).forEach(i -> fetches.add(tangent.orZero(i)));
      fetches.forEach(fetch -> assertThat(fetch.type()).isEqualTo(type));

      Random random = new Random(SEED);
      Feeds feeds = new Feeds().putAll(x, toBfloat16(c.values(random)));
      Stream.of(dy, dx)
          .flatMap(List::stream)
          .forEach(
              seed ->
                  feeds.put(
                      seed, toBfloat16(random.doubles(seed.shape().size(), -1, 1).toArray())));
      return g.run(feeds, fetches);
    }
  }

  @Test
  void cast_betweenDtypes_givesEachDerivativeTheDtypeOfItsInput() {
    try (var g = new TestGraph()) {
      Ops tf = g.tf();
      Operand<TFloat32> a = tf.constant(new float[] {1, 2});
      Operand<TFloat64> b = tf.constant(new double[] {3, 4});
      Operand<TFloat64> y = tf.math.mul(tf.dtypes.cast(tf.math.square(a), TFloat64.class), b);

      Tangents gradient = D.gradients(tf, y, List.of(a, b));
      Tangents tangent = D.pushforward(tf, List.of(y), List.of(a, b), List.of(a, b));

      assertThat(gradient.orZero(0).type()).isEqualTo(TFloat32.class);
      assertThat(gradient.orZero(1).type()).isEqualTo(TFloat64.class);
      assertThat(tangent.orZero(0).type()).isEqualTo(TFloat64.class);
      assertThat(g.run(new Feeds(), gradient.orZero(0))).containsExactly(6, 16); // 2 a b
      assertThat(g.run(new Feeds(), gradient.orZero(1))).containsExactly(1, 4); // a^2
      assertThat(g.run(new Feeds(), tangent.orZero(0))).containsExactly(9, 48); // 3 a^2 b
    }
  }

  @Test
  void cast_toAnIntegerAndBack_hasNoDerivative() {
    try (var g = new TestGraph()) {
      Ops tf = g.tf();
      Operand<TNumber> x = g.input(2);
      Operand<TNumber> y = tf.dtypes.cast(tf.dtypes.cast(x, TInt32.class), x.type());

      assertThat(D.gradients(tf, y, List.of(x)).get(0)).isNull();
      assertThat(D.pushforward(tf, List.of(y), List.of(x), List.of(x)).get(0)).isNull();
    }
  }

  private static List<double[]> toBfloat16(List<double[]> values) {
    return values.stream().map(DtypeTest::toBfloat16).toList();
  }

  /** Drops the bits that bfloat16 lacks. */
  private static double[] toBfloat16(double[] values) {
    return Arrays.stream(values)
        .map(x -> Float.intBitsToFloat(Float.floatToIntBits((float) x) & 0xffff0000))
        .toArray();
  }
}
