package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.autodiff.TestGraph.Feeds;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** The contract of {@link Differentiator} apart from numbers and errors: zeros, names, nodes. */
class DifferentiatorTest {
  private static final Differentiator D = Differentiator.standard();

  private final TestGraph g = new TestGraph();
  private final Ops tf = g.tf();

  @AfterEach
  void close() {
    g.close();
  }

  @Test
  void gradients_ofTanh_areThoseOfTheJavadoc() {
    Operand<TFloat32> x = tf.constant(0.5f);
    var y = tf.math.tanh(x);
    var dy = D.gradients(tf, y, List.of(x)).orZero(0);
    var ddy = D.gradients(tf, dy, List.of(x)).orZero(0);

    double tanh = Math.tanh(0.5);
    assertThat(value(dy)).isCloseTo(1 - tanh * tanh, within(1e-6));
    assertThat(value(ddy)).isCloseTo(-2 * tanh * (1 - tanh * tanh), within(1e-6));
  }

  @Test
  void gradients_pastAnUnknownOpThatDoesNotMatter_areComputed() {
    Operand<TNumber> x = constant(3);
    Operand<TNumber> y = tf.math.mul(x, tf.math.asinh(tf.zerosLike(x)));

    assertThat(value(D.gradients(tf, y, List.of(x)).orZero(0))).isZero();
  }

  // User-defined rules.

  @Test
  void with_aRule_differentiatesTheOpInBothModesToOrderTwo() {
    RuleTable.Slope slope =
        (n, d) ->
            n.tf()
                .math
                .mul(
                    d,
                    n.tf().math.rsqrt(n.tf().math.add(n.scalar(1), n.tf().math.square(n.in(0)))));
    Differentiator extended =
        D.with(
            "Asinh",
            (n, dy, i) -> slope.times(n, dy.orZero(0)),
            (n, dx) -> List.of(slope.times(n, dx.orZero(0))));
    Operand<TNumber> x = constant(0.75);
    Operand<TNumber> one = constant(1);
    Operand<TNumber> y = tf.math.asinh(x);
    Operand<TNumber> reverse = extended.gradients(tf, y, List.of(x)).orZero(0);
    Operand<TNumber> forward =
        extended.pushforward(tf, List.of(y), List.of(x), List.of(one)).orZero(0);
    Operand<TNumber> second = extended.gradients(tf, forward, List.of(x)).orZero(0);

    assertThat(value(reverse)).isCloseTo(0.8, within(1e-15)); // 1/sqrt(1 + x^2)
    assertThat(value(forward)).isCloseTo(0.8, within(1e-15));
    assertThat(value(second)).isCloseTo(-0.75 * 0.512, within(1e-15)); // -x/(1 + x^2)^(3/2)
    assertThat(D.differentiableOps()).doesNotContain("Asinh");
  }

  @Test
  void with_aRuleForAKnownOp_isRefused() {
    assertThatThrownBy(() -> D.with("Tanh", (n, dy, i) -> null, (n, dx) -> dx.toList()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("op type 'Tanh' has rules already");
    assertThatThrownBy(() -> D.with("Floor", (n, dy, i) -> null, (n, dx) -> dx.toList()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("op type 'Floor' has rules already");
  }

  // Structural zeros.

  @Test
  void derivatives_inAnXThatDoesNotMatter_areStructuralZerosAndEmitNothing() {
    Operand<TNumber> x = g.input(2);
    Operand<TNumber> other = g.input(2);
    Operand<TNumber> y = tf.math.tanh(x);
    Operand<TNumber> seed = g.inputLike(y);
    int before = g.size();

    assertThat(D.pullback(tf, List.of(y), List.of(seed), List.of(other)).get(0)).isNull();
    assertThat(D.pushforward(tf, List.of(y), List.of(other), List.of(seed)).get(0)).isNull();
    assertThat(g.size()).isEqualTo(before);

    Tangents zero = D.pullback(tf, List.of(y), List.of(seed), List.of(other));
    assertThat(g.run(new Feeds(), zero.orZero(0))).containsExactly(0, 0);
  }

  @Test
  void nullSeeds_areZeros() {
    Operand<TNumber> x = constant(3);
    List<Operand<TNumber>> ys = List.of(tf.math.square(x), tf.math.exp(x));
    Operand<TNumber> one = constant(1);

    Tangents gradient = D.pullback(tf, ys, Arrays.asList(one, null), List.of(x));
    assertThat(value(gradient.orZero(0))).isEqualTo(6);
    assertThat(D.pullback(tf, ys, Collections.nCopies(2, null), List.of(x)).get(0)).isNull();
    assertThat(D.pushforward(tf, ys, List.of(x), Collections.singletonList(null)).toList())
        .containsOnlyNulls();
  }

  @Test
  void stopGradient_endsBothModes() {
    Operand<TNumber> x = constant(3);
    Operand<TNumber> y = tf.math.mul(x, tf.stopGradient(x));

    assertThat(value(D.gradients(tf, y, List.of(x)).orZero(0))).isEqualTo(3);
    assertThat(value(forward(y, x))).isEqualTo(3);
    assertThat(D.gradients(tf, tf.stopGradient(x), List.of(x)).get(0)).isNull();
  }

  @Test
  void integerPaths_areIgnored() {
    Operand<TNumber> x = constant(2.5);
    Operand<TInt32> floor = tf.math.add(tf.dtypes.cast(x, TInt32.class), tf.constant(1));
    // FloorMod has no rule: the walk must not reach it
    Operand<TInt32> odd = tf.math.floorMod(floor, tf.constant(2));
    Operand<TNumber> y = tf.math.mul(x, tf.dtypes.cast(odd, x.type()));

    assertThat(value(D.gradients(tf, y, List.of(x)).orZero(0))).isEqualTo(1);
    assertThat(value(forward(y, x))).isEqualTo(1);
  }

  @Test
  void derivatives_ofAnIntegerOutput_areStructuralZeros() {
    Operand<TNumber> x = constant(2.5);
    Operand<TInt32> y = tf.dtypes.cast(x, TInt32.class);

    assertThat(D.pullback(tf, List.of(y), List.of(tf.constant(1)), List.of(x)).get(0)).isNull();
    assertThat(D.pushforward(tf, List.of(y), List.of(x), List.of(x)).get(0)).isNull();
  }

  // Independence of the xs.

  @Test
  void aY_thatIsItselfAnX_hasItsSeedAsDerivative() {
    Operand<TNumber> x = constant(3);
    Operand<TNumber> y = tf.math.square(x);
    Operand<TNumber> seed = constant(5);

    Tangents pulled = D.pullback(tf, List.of(y), List.of(seed), List.of(y, x));
    assertThat(value(pulled.orZero(0))).isEqualTo(5);
    assertThat(pulled.get(1)).isNull();
    Tangents pushed = D.pushforward(tf, List.of(y), List.of(y, x), List.of(seed, seed));
    assertThat(value(pushed.orZero(0))).isEqualTo(5);
  }

  @Test
  void aY_usedTwice_sumsItsSeeds() {
    Operand<TNumber> x = constant(3);
    Operand<TNumber> y = tf.math.square(x);
    Operand<TNumber> one = constant(1);

    Tangents gradient = D.pullback(tf, List.of(y, y), List.of(one, constant(10)), List.of(x));
    assertThat(value(gradient.orZero(0))).isEqualTo(66);
    Tangents tangent = D.pushforward(tf, List.of(y, y), List.of(x), List.of(one));
    assertThat(g.run(new Feeds(), tangent.orZero(0))).containsExactly(6);
    assertThat(g.run(new Feeds(), tangent.orZero(1))).containsExactly(6);
  }

  @Test
  void aWalk_endsAtAnXThatIsComputedFromAnother() {
    Operand<TNumber> a = constant(3);
    Operand<TNumber> b = tf.math.square(a);
    Operand<TNumber> y = tf.math.mul(a, b);
    Operand<TNumber> one = constant(1);

    Tangents partial = D.gradients(tf, y, List.of(a, b));
    assertThat(value(partial.orZero(0))).isEqualTo(9); // b
    assertThat(value(partial.orZero(1))).isEqualTo(3); // a
    assertThat(value(D.gradients(tf, y, List.of(a)).orZero(0))).isEqualTo(27); // 3 a^2

    assertThat(
            value(D.pushforward(tf, List.of(y), List.of(a, b), Arrays.asList(one, null)).orZero(0)))
        .isEqualTo(9);
    assertThat(
            value(D.pushforward(tf, List.of(y), List.of(a, b), Arrays.asList(null, one)).orZero(0)))
        .isEqualTo(3);
  }

  @Test
  void aWalk_endsAtAnXThatIsOneOutputOfAnOp() {
    Operand<TNumber> x = TestGraph.number(tf.constant(new double[] {3, 5}));
    List<Operand<TNumber>> halves = List.copyOf(tf.split(tf.constant(0), x, 2L).output());
    Operand<TNumber> y = tf.math.mul(halves.get(0), halves.get(1));

    Tangents gradient = D.gradients(tf, y, List.of(halves.get(0), x));
    assertThat(g.run(new Feeds(), gradient.orZero(0))).containsExactly(5);
    assertThat(g.run(new Feeds(), gradient.orZero(1))).containsExactly(0, 3);
    Tangents tangent =
        D.pushforward(
            tf, List.of(y), List.of(halves.get(0), x), Arrays.asList(null, tf.onesLike(x)));
    assertThat(g.run(new Feeds(), tangent.orZero(0))).containsExactly(3);
  }

  @Test
  void pushforward_ofARepeatedX_addsItsTangents() {
    Operand<TNumber> x = constant(3);
    Operand<TNumber> y = tf.math.square(x);

    Tangents tangent =
        D.pushforward(tf, List.of(y), List.of(x, x), List.of(constant(1), constant(10)));

    assertThat(value(tangent.orZero(0))).isEqualTo(2 * 3 * 11);
  }

  @Test
  void gradients_inAWholeNumber_areNone() {
    Operand<TInt32> x = tf.constant(3);
    Operand<TFloat32> y = tf.math.mul(tf.dtypes.cast(x, TFloat32.class), tf.constant(0.5f));

    assertThat(D.gradients(tf, y, List.of(x)).get(0)).isNull();
  }

  // The nodes of derivatives.

  @Test
  void aChain_of20000Nodes_doesNotOverflowTheStack() {
    Operand<TNumber> x = constant(1);
    Operand<TNumber> y = x;
    for (int i = 0; i < 20_000; i++) {
      y = tf.math.neg(y);
    }

    assertThat(value(D.gradients(tf, y, List.of(x)).orZero(0))).isEqualTo(1);
    assertThat(value(forward(y, x))).isEqualTo(1);
  }

  @Test
  void hessianVectorProduct_ofATransformer_equalsReverseOverReverse() {
    var network = NetworkCases.transformer();
    List<Operand<TNumber>> x = new ArrayList<>();
    network.inputs().forEach(in -> x.add(g.input(in.shape().asArray())));
    List<Operand<TNumber>> v = g.inputsLike(x);
    Operand<TNumber> y = network.body().of(tf, x).get(0);

    Tangents product = D.hessianVectorProduct(tf, y, x, v);
    List<Operand<TNumber>> gradient = new ArrayList<>();
    Tangents gradients = D.gradients(tf, y, x);
    for (int i = 0; i < x.size(); i++) {
      gradient.add(gradients.orZero(i));
    }
    Tangents twice = D.pullback(tf, gradient, v, x);

    Random random = new Random(17);
    Feeds feeds = new Feeds().putAll(x, network.values(random)).putAll(v, network.values(random));
    for (int i = 0; i < x.size(); i++) {
      assertThat(g.run(feeds, product.orZero(i)))
          .containsExactly(g.run(feeds, twice.orZero(i)), within(1e-13));
    }
  }

  @Test
  void hessianVectorProduct_ofAnXThatDoesNotMatter_isZeroThere() {
    Operand<TNumber> x = constant(2);
    Operand<TNumber> other = constant(7);
    Operand<TNumber> one = constant(1);

    Tangents product =
        D.hessianVectorProduct(
            tf, tf.math.pow(x, constant(3)), List.of(other, x), List.of(one, one));
    assertThat(product.get(0)).isNull();
    assertThat(value(product.orZero(1))).isEqualTo(12);
  }

  @Test
  void derivatives_builtTwice_areTheSameGraph() {
    // Not compared as bytes: TensorFlow writes the attributes of a node in any order.
    assertThat(transformerGraph()).isEqualTo(transformerGraph());
  }

  private static GraphDef transformerGraph() {
    try (var g = new TestGraph()) {
      var network = NetworkCases.transformer();
      List<Operand<TNumber>> x = new ArrayList<>();
      network.inputs().forEach(in -> x.add(g.input(in.shape().asArray())));
      Operand<TNumber> y = network.body().of(g.tf(), x).get(0);
      D.hessianVectorProduct(g.tf().withSubScope("hvp"), y, x, x);
      return g.graph().toGraphDef();
    }
  }

  @Test
  void nodes_ofADerivative_areNamedLikeThoseTheyDifferentiate() {
    Operand<TNumber> x = g.input(2);
    Operand<TNumber> y = tf.withSubScope("h.0").withSubScope("mlp").math.tanh(x);

    Operand<TNumber> dy = D.gradients(tf.withSubScope("gradients"), y, List.of(x)).orZero(0);
    Operand<TNumber> ddy = D.gradients(tf.withSubScope("second"), dy, List.of(x)).orZero(0);

    assertThat(dy.op().name()).isEqualTo("gradients/h.0/mlp/Mul");
    assertThat(ddy.op().name()).startsWith("second/h.0/mlp/");
    assertThat(g.graph().operation("second/gradients/h.0/mlp/Mul")).isNotNull();
  }

  private Operand<TNumber> constant(double value) {
    return TestGraph.number(tf.constant(value));
  }

  private Operand<TNumber> forward(Operand<TNumber> y, Operand<TNumber> x) {
    return D.pushforward(tf, List.of(y), List.of(x), List.of(constant(1))).orZero(0);
  }

  private double value(Operand<?> x) {
    double[] value = g.run(new Feeds(), x);
    assertThat(value).hasSize(1);
    return value[0];
  }
}
