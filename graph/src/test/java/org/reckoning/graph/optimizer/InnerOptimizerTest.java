package org.reckoning.graph.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.autodiff.Differentiator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

class InnerOptimizerTest {
  private static final Differentiator D = Differentiator.standard();
  private static final List<Double> SGD_RATES = List.of(0.05, 0.02);
  private static final List<Double> RATES = List.of(0.1, 0.05);

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  /** A number with the count of its known decimals. */
  private record Digits(double value, int digits) {
    void check(String what, double got) {
      assertThat(got).as(what).isCloseTo(value, within(0.5 * Math.pow(10, -digits)));
    }
  }

  private static Digits exactly(double value) {
    return new Digits(value, 13); // exact up to rounding
  }

  /** A line of the reference table. */
  private record Reference(
      InnerOptimizer optimizer,
      boolean exact,
      List<Double> start,
      List<Double> rates,
      Map<Integer, Digits> adapted,
      Digits loss,
      Map<Integer, Digits> gradient,
      List<Digits> rateGradient) {}

  /**
   * Reference numbers of {@code L_in = (2 w1 + w2 - 3)^2} and {@code L_out = (w1 + 3 w2 - 1)^2}
   * after two steps from w = (1, -0.5). In cases with a w3, {@code w3^2} is added to L_out.
   */
  static Stream<Arguments> references() {
    List<Double> two = List.of(1.0, -0.5);
    return Stream.of(
        Arguments.of(
            "SGD exact",
            new Reference(
                new Sgd(),
                true,
                two,
                SGD_RATES,
                Map.of(0, exactly(1.36), 1, exactly(-0.32)),
                exactly(0.36),
                Map.of(0, exactly(0.24), 1, exactly(-2.88)),
                List.of(exactly(-14.4), exactly(-9)))),
        Arguments.of(
            "SGD first order",
            new Reference(
                new Sgd(),
                false,
                two,
                SGD_RATES,
                Map.of(0, exactly(1.36), 1, exactly(-0.32)),
                exactly(0.36),
                Map.of(0, exactly(-1.2), 1, exactly(-3.6)),
                List.of(exactly(-18), exactly(-9)))),
        Arguments.of(
            "momentum",
            new Reference(
                new Momentum(),
                true,
                two,
                RATES,
                Map.of(0, exactly(1.87), 1, exactly(-0.065)),
                exactly(0.455625),
                Map.of(0, exactly(-2.565), 1, exactly(2.0925)),
                List.of(exactly(10.125), exactly(18.225)))),
        Arguments.of(
            "AdamW",
            new Reference(
                new AdamW(),
                true,
                two,
                RATES,
                Map.of(0, new Digits(1.1478617255, 10), 1, new Digits(-0.3498890247, 10)),
                new Digits(0.8132528867, 10),
                Map.of(0, new Digits(-1.79152784, 8), 1, new Digits(-5.39802938, 8)),
                List.of(new Digits(-7.14915629, 8), new Digits(-7.13128380, 8)))),
        Arguments.of(
            "AdamW with a weight that gets no gradient",
            new Reference(
                new AdamW(),
                true,
                List.of(1.0, -0.5, 2.0),
                RATES,
                Map.of(2, exactly(1.997001)),
                new Digits(4.8012658807, 10),
                Map.of(2, new Digits(3.988012994, 9)),
                List.of(new Digits(-7.22899639, 8), new Digits(-7.21108396, 8)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void twoSteps_giveTheNumbersOfTheReferenceTable(String name, Reference expected) {
    Operand<TFloat64> start =
        vector(expected.start().stream().mapToDouble(Double::doubleValue).toArray());
    List<Operand<TFloat64>> rates = expected.rates().stream().map(this::scalar).toList();
    Operand<TFloat64> w = start;
    Map<String, Operand<TFloat64>> state = zeroState(expected.optimizer(), expected.start().size());
    for (int k = 0; k < rates.size(); k++) {
      Operand<TFloat64> g = gradient(squaredResidual(w, 3, 2, 1), w);
      g = expected.exact() ? g : tf.stopGradient(g);
      var update = expected.optimizer().update(tf, w, state, g, rates.get(k), scalar(k + 1));
      w = update.theta();
      state = update.state();
    }
    Operand<TFloat64> loss = squaredResidual(w, 1, 1, 3);
    if (expected.start().size() == 3) {
      Operand<TFloat64> third = tf.math.mul(w, vector(0, 0, 1));
      loss = tf.math.add(loss, tf.sum(tf.math.square(third), tf.constant(0)));
    }
    List<Operand<TFloat64>> fetches = new ArrayList<>(List.of(w, loss, gradient(loss, start)));
    for (Operand<TFloat64> rate : rates) {
      fetches.add(gradient(loss, rate));
    }
    List<double[]> values = tensors.values(fetches);

    expected.adapted().forEach((i, digits) -> digits.check("w" + (i + 1), values.get(0)[i]));
    expected.loss().check("L_out", values.get(1)[0]);
    expected.gradient().forEach((i, digits) -> digits.check("dL/dw" + (i + 1), values.get(2)[i]));
    for (int k = 0; k < rates.size(); k++) {
      expected.rateGradient().get(k).check("dL/drate_" + k, values.get(3 + k)[0]);
    }
  }

  @Test
  void sgd_weightDecay_isAddedToTheGradient() {
    double[] updated = update(new Sgd(0.5), new double[] {2}, new double[] {3}, 0.1, 1, Map.of());

    assertThat(updated[0]).isCloseTo(2 - 0.1 * (3 + 0.5 * 2), within(1e-15));
  }

  @Test
  void momentum_weightDecay_isAddedBeforeTheBuffer() {
    var momentum = new Momentum(0.8, 0.5, false);
    double[] updated =
        update(momentum, new double[] {2}, new double[] {3}, 0.1, 2, Map.of("buffer", 10.0));

    assertThat(updated[0]).isCloseTo(2 - 0.1 * (0.8 * 10 + 3 + 0.5 * 2), within(1e-15));
  }

  @Test
  void momentum_nesterov_looksAhead() {
    var momentum = new Momentum(0.8, 0.5, true);
    double[] updated =
        update(momentum, new double[] {2}, new double[] {3}, 0.1, 2, Map.of("buffer", 10.0));

    double penalized = 3 + 0.5 * 2;
    double buffer = 0.8 * 10 + penalized;
    assertThat(updated[0]).isCloseTo(2 - 0.1 * (penalized + 0.8 * buffer), within(1e-15));
  }

  @Test
  void adamW_weightDecay_shrinksByRateTimesDecay() {
    double[] updated =
        update(new AdamW(0, 0, 1, 0.5), new double[] {2}, new double[] {3}, 0.1, 7, zeroMoments(0));

    // With betas of 0 the direction is g / (|g| + 1).
    assertThat(updated[0]).isCloseTo(2 * (1 - 0.1 * 0.5) - 0.1 * 3 / 4, within(1e-15));
  }

  @Test
  void adamW_withoutDecay_emitsNoDecay() {
    int before = tensors.size();
    update(new AdamW(), new double[] {2}, new double[] {3}, 0.1, 1, zeroMoments(0));
    int decayed = tensors.size() - before;
    update(
        new AdamW().withWeightDecay(0), new double[] {2}, new double[] {3}, 0.1, 1, zeroMoments(0));

    assertThat(tensors.size() - before - decayed).isLessThan(decayed);
  }

  @Test
  void adamW_whereNothingEverMoved_hasFiniteDerivativesOfBothOrders() {
    double epsilon = 1e-8;
    double rate = 0.1;
    Operand<TFloat64> theta = vector(2);
    Operand<TFloat64> g = vector(0);
    Operand<TFloat64> m = vector(0);
    Operand<TFloat64> v = vector(0);
    Operand<TFloat64> alpha = scalar(rate);
    var updated =
        new AdamW(0.9, 0.999, epsilon, 0)
            .update(tf, theta, Map.of("m", m, "v", v), g, alpha, scalar(1));
    Operand<TFloat64> y = tf.sum(updated.theta(), tf.constant(0));
    Operand<TFloat64> dg = gradient(y, g);
    Operand<TFloat64> dv = gradient(y, v);
    List<double[]> values =
        tensors.values(
            List.of(
                updated.theta(),
                dg,
                dv,
                gradient(y, alpha),
                gradient(tf.sum(dg, tf.constant(0)), g),
                gradient(tf.sum(dv, tf.constant(0)), v),
                gradient(tf.sum(dg, tf.constant(0)), v)));

    assertThat(values.get(0)).containsExactly(2);
    // The root counts as the constant 0, so that the update is theta - rate g / epsilon.
    assertThat(values.get(1)[0]).isCloseTo(-rate / epsilon, within(1e-6));
    for (int i = 2; i < values.size(); i++) {
      assertThat(values.get(i)).as("derivative %d", i).hasSize(values.get(i).length);
      assertThat(values.get(i)[0]).as("derivative %d", i).isZero();
    }
  }

  @Test
  void adamW_inFloat32_correctsTheBiasOfTheFirstStepAccurately() {
    Operand<TFloat32> zero = tf.constant(new float[] {0, 0});
    Operand<TFloat32> g = tf.constant(new float[] {0.3f, -7});
    var updated =
        new AdamW()
            .update(tf, zero, Map.of("m", zero, "v", zero), g, tf.constant(1f), tf.constant(1f));

    double[] moved = tensors.value(updated.theta());
    // The difference 1 - 0.999f has an error of 2e-5.
    assertThat(moved[0]).isCloseTo(-1, within(5e-7));
    assertThat(moved[1]).isCloseTo(1, within(5e-7));
  }

  @Test
  void update_withoutItsState_namesTheSlot() {
    Operand<TFloat64> x = vector(1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdamW().update(tf, x, Map.of("v", x), x, scalar(1), scalar(1)))
        .withMessage("no optimizer state 'm'; given: [v]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Momentum().update(tf, x, Map.of(), x, scalar(1), scalar(1)))
        .withMessage("no optimizer state 'buffer'; given: []");
  }

  @Test
  void defaults_areThoseOfTheMethod() {
    assertThat(new Sgd()).isEqualTo(new Sgd(0));
    assertThat(new Momentum()).isEqualTo(new Momentum(0.9, 0, false));
    assertThat(new AdamW()).isEqualTo(new AdamW(0.9, 0.999, 1e-8, 0.01));
    assertThat(new AdamW().withWeightDecay(0.2)).isEqualTo(new AdamW(0.9, 0.999, 1e-8, 0.2));
    assertThat(new Sgd().slots()).isEmpty();
    assertThat(new Momentum().slots()).containsExactly("buffer");
    assertThat(new AdamW().slots()).containsExactly("m", "v");
  }

  static Stream<Arguments> rejected() {
    double nan = Double.NaN;
    double infinite = Double.POSITIVE_INFINITY;
    return Stream.of(
        refused("weight_decay (-0.1) must be 0 or more and finite", () -> new Sgd(-0.1)),
        refused("weight_decay (NaN) must be 0 or more and finite", () -> new Sgd(nan)),
        refused("weight_decay (Infinity) must be 0 or more and finite", () -> new Sgd(infinite)),
        refused(
            "momentum (1.0) must be at least 0 and less than 1", () -> new Momentum(1, 0, false)),
        refused(
            "momentum (-0.5) must be at least 0 and less than 1",
            () -> new Momentum(-0.5, 0, false)),
        refused(
            "momentum (NaN) must be at least 0 and less than 1", () -> new Momentum(nan, 0, false)),
        refused(
            "weight_decay (-1.0) must be 0 or more and finite", () -> new Momentum(0.9, -1, false)),
        refused("beta1 (1.0) must be at least 0 and less than 1", () -> new AdamW(1, 0.9, 1e-8, 0)),
        refused(
            "beta2 (1.5) must be at least 0 and less than 1", () -> new AdamW(0.9, 1.5, 1e-8, 0)),
        refused("epsilon (0.0) must be positive and finite", () -> new AdamW(0.9, 0.9, 0, 0)),
        refused("epsilon (NaN) must be positive and finite", () -> new AdamW(0.9, 0.9, nan, 0)),
        refused(
            "epsilon (Infinity) must be positive and finite",
            () -> new AdamW(0.9, 0.9, infinite, 0)),
        refused(
            "weight_decay (-0.01) must be 0 or more and finite",
            () -> new AdamW().withWeightDecay(-0.01)));
  }

  private static Arguments refused(String message, Runnable construct) {
    return Arguments.of(message, construct);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void valuesOutOfRange_areRefusedByName(String message, Runnable construct) {
    assertThatIllegalArgumentException().isThrownBy(construct::run).withMessage(message);
  }

  private double[] update(
      InnerOptimizer optimizer,
      double[] theta,
      double[] g,
      double rate,
      int step,
      Map<String, Double> state) {
    Map<String, Operand<TFloat64>> slots = new LinkedHashMap<>();
    state.forEach((slot, value) -> slots.put(slot, vector(value)));
    return tensors.value(
        optimizer.update(tf, vector(theta), slots, vector(g), scalar(rate), scalar(step)).theta());
  }

  private static Map<String, Double> zeroMoments(double value) {
    return Map.of("m", value, "v", value);
  }

  private Map<String, Operand<TFloat64>> zeroState(InnerOptimizer optimizer, int size) {
    Map<String, Operand<TFloat64>> state = new LinkedHashMap<>();
    optimizer.slots().forEach(slot -> state.put(slot, vector(new double[size])));
    return state;
  }

  /** Emits {@code (a w1 + b w2 - c)^2}. */
  private Operand<TFloat64> squaredResidual(Operand<TFloat64> w, double c, double a, double b) {
    double[] factors = new double[(int) w.shape().size()];
    factors[0] = a;
    factors[1] = b;
    Operand<TFloat64> sum = tf.sum(tf.math.mul(w, vector(factors)), tf.constant(0));
    return tf.math.square(tf.math.sub(sum, scalar(c)));
  }

  private Operand<TFloat64> gradient(Operand<TFloat64> y, Operand<TFloat64> x) {
    return D.gradients(tf, y, List.of(x)).orZero(0).asOutput().expect(TFloat64.class);
  }

  private Operand<TFloat64> vector(double... values) {
    return tf.constant(values);
  }

  private Operand<TFloat64> scalar(double value) {
    return tf.constant(value);
  }
}
