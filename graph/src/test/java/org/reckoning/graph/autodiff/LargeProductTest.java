package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.autodiff.TestGraph.Feeds;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * {@link Rewrites} of products that are larger than their factors, such as the gradient of a
 * weight: {@link InnerProduct} and {@link Scaled} compute with the factors alone.
 */
class LargeProductTest {
  private static final Differentiator D = Differentiator.standard();
  private static final int R = 2; // rows
  private static final int C = 12; // columns of a factor

  private final TestGraph g = new TestGraph();
  private final Ops tf = g.tf();
  private final Feeds feeds = new Feeds();
  private final Random random = new Random(5);

  @AfterEach
  void close() {
    g.close();
  }

  /** A [C, C] tensor of factors with few elements. */
  private interface Product {
    Operand<TNumber> of(LargeProductTest test, Ops tf);
  }

  static Stream<Named<Product>> products() {
    return Stream.of(
        Named.of(
            "X^T Y",
            (t, tf) -> tf.linalg.matMul(t.input(R, C), t.input(R, C), MatMul.transposeA(true))),
        Named.of("X Y", (t, tf) -> tf.linalg.matMul(t.input(C, R), t.input(R, C))),
        Named.of(
            "X Y^T",
            (t, tf) -> tf.linalg.matMul(t.input(C, R), t.input(C, R), MatMul.transposeB(true))),
        Named.of(
            "X^T Y^T",
            (t, tf) ->
                tf.linalg.matMul(
                    t.input(R, C),
                    t.input(C, R),
                    MatMul.transposeA(true),
                    MatMul.transposeB(true))),
        Named.of(
            "reshaped batch of X^T Y",
            (t, tf) -> {
              Operand<TNumber> x = t.input(1, R, C);
              Operand<TNumber> y = t.input(1, R, C);
              return tf.reshape(
                  tf.train.batchMatMul(x, y, x.type(), BatchMatMul.adjX(true)),
                  tf.constant(new int[] {C, C}));
            }),
        Named.of(
            "rows added by number, and X^T Y",
            (t, tf) -> {
              Operand<TNumber> rows =
                  tf.math.unsortedSegmentSum(
                      t.input(3, C), tf.constant(new int[] {7, 0, 7}), tf.constant(C));
              return tf.math.add(
                  tf.linalg.matMul(t.input(R, C), t.input(R, C), MatMul.transposeA(true)), rows);
            }));
  }

  @ParameterizedTest
  @MethodSource("products")
  void pullback_ofARateTimesALargeProduct_computesWithItsFactors(Product product) {
    Operand<TNumber> rate = input();
    Operand<TNumber> gradient = product.of(this, tf);
    Operand<TNumber> step = tf.math.neg(tf.math.mul(rate, gradient));
    Operand<TNumber> seed = input(C, C);

    Operand<TNumber> derivative =
        D.pullback(tf, List.of(step), List.of(seed), List.of(rate)).orZero(0);

    Operand<TNumber> expected =
        tf.math.neg(tf.sum(tf.math.mul(seed, gradient), tf.constant(new int[] {0, 1})));
    List<double[]> values = g.run(feeds, List.of(derivative, expected));
    assertThat(values.get(0)[0]).isCloseTo(values.get(1)[0], within(1e-12));
    assertThat(largeNodesBehind(derivative, seed)).isEmpty();
  }

  @Test
  void pullback_ofARateTimesAProductAndADecay_addsBoth() {
    Operand<TNumber> rate = input();
    Operand<TNumber> weight = input(C, C);
    Operand<TNumber> gradient =
        tf.math.add(
            tf.linalg.matMul(input(R, C), input(R, C), MatMul.transposeA(true)),
            tf.math.mul(weight, TestGraph.number(tf.constant(0.1))));
    Operand<TNumber> seed = input(C, C);

    Operand<TNumber> derivative =
        D.pullback(tf, List.of(tf.math.mul(rate, gradient)), List.of(seed), List.of(rate))
            .orZero(0);

    Operand<TNumber> expected = tf.sum(tf.math.mul(seed, gradient), tf.constant(new int[] {0, 1}));
    List<double[]> values = g.run(feeds, List.of(derivative, expected));
    assertThat(values.get(0)[0]).isCloseTo(values.get(1)[0], within(1e-12));
  }

  /** The rows of each product of the batch are sums of the same two numbers. */
  @Test
  void pullback_ofARateTimesABatchedProduct_sumsOverTheBatch() {
    Operand<TNumber> rate = input();
    Operand<TNumber> rows =
        tf.math.unsortedSegmentSum(input(1, R), tf.constant(new int[] {1}), tf.constant(4));
    Operand<TNumber> factor = input(2, R, R);
    Operand<TNumber> product = tf.train.batchMatMul(rows, factor, factor.type());
    Operand<TNumber> seed = input(2, 4, R);

    Operand<TNumber> derivative =
        D.pullback(tf, List.of(tf.math.mul(rate, product)), List.of(seed), List.of(rate)).orZero(0);

    Operand<TNumber> expected =
        tf.sum(tf.math.mul(seed, product), tf.constant(new int[] {0, 1, 2}));
    List<double[]> values = g.run(feeds, List.of(derivative, expected));
    assertThat(values.get(0)[0]).isCloseTo(values.get(1)[0], within(1e-12));
  }

  @Test
  void pullback_ofARateTimesAProductInBfloat16_hasTheDtypeOfTheRate() {
    Operand<TNumber> rate = g.input(TFloat32.class, Shape.scalar());
    Operand<TNumber> x = g.input(TBfloat16.class, Shape.of(C, R));
    Operand<TNumber> w = tf.reshape(g.input(TBfloat16.class, Shape.of(R * C)), ints(R, C));
    Operand<TNumber> product = TestGraph.number(tf.train.batchMatMul(x, w, TFloat32.class));

    Operand<TNumber> derivative =
        D.gradients(tf, tf.math.mul(rate, product), List.of(rate)).orZero(0);

    assertThat(derivative.asOutput().dataType()).isEqualTo(rate.asOutput().dataType());
  }

  /** The derivative is computed without the product, so the product itself is not between. */
  @Test
  void secondDerivative_inATensorBetween_needsItsIdentity() {
    Operand<TNumber> rate = input();
    Operand<TNumber> product = tf.linalg.matMul(input(R, C), input(R, C), MatMul.transposeA(true));
    Operand<TNumber> between = tf.identity(product);
    Operand<TNumber> seed = input(C, C);
    Operand<TNumber> derivative =
        D.pullback(tf, List.of(tf.math.mul(rate, between)), List.of(seed), List.of(rate)).orZero(0);

    Operand<TNumber> second = D.gradients(tf, derivative, List.of(between)).orZero(0);

    List<double[]> values = g.run(feeds, List.of(second, seed));
    assertThat(values.get(0)).containsExactly(values.get(1), within(1e-12));
  }

  private Operand<TInt32> ints(int... values) {
    return tf.constant(values);
  }

  @Test
  void pushforward_ofAScaledTangent_scalesTheSmallerResult() {
    Operand<TNumber> x = input(R, C);
    Operand<TNumber> weight = input(C, C);
    Operand<TNumber> y = tf.linalg.matMul(x, tf.reshape(weight, tf.constant(new int[] {C, C})));
    Operand<TNumber> rate = input();
    Operand<TNumber> direction = input(C, C);
    Operand<TNumber> dx = input(R, C);
    Operand<TNumber> dWeight = tf.math.mul(tf.math.neg(direction), rate);

    Operand<TNumber> dy =
        D.pushforward(tf, List.of(y), List.of(x, weight), List.of(dx, dWeight)).orZero(0);

    Operand<TNumber> expected =
        tf.math.add(tf.linalg.matMul(dx, weight), tf.linalg.matMul(x, dWeight));
    List<double[]> values = g.run(feeds, List.of(dy, expected));
    assertThat(values.get(0)).containsExactly(values.get(1), within(1e-12));
    assertThat(largeNodesBehind(dy, weight, direction)).isEmpty();
  }

  @Test
  void pushforward_ofAScaledTable_scalesTheRowsThatAreRead() {
    Operand<TNumber> table = input(C, C);
    Operand<TNumber> y = tf.gather(table, tf.constant(new int[] {3, 3, 1}), tf.constant(0));
    Operand<TNumber> rate = input();
    Operand<TNumber> direction = input(C, C);

    Operand<TNumber> dy =
        D.pushforward(tf, List.of(y), List.of(table), List.of(tf.math.mul(rate, direction)))
            .orZero(0);

    Operand<TNumber> expected =
        tf.gather(tf.math.mul(rate, direction), tf.constant(new int[] {3, 3, 1}), tf.constant(0));
    List<double[]> values = g.run(feeds, List.of(dy, expected));
    assertThat(values.get(0)).containsExactly(values.get(1), within(1e-15));
    assertThat(largeNodesBehind(dy, table, direction)).isEmpty();
  }

  private Operand<TNumber> input(long... shape) {
    Operand<TNumber> input = g.input(shape);
    feeds.put(input, random.doubles(input.shape().size(), -1, 1).toArray());
    return input;
  }

  /** Returns the ancestors of a tensor that have [C, C] elements, without views. */
  private static Set<String> largeNodesBehind(Operand<?> x, Operand<?>... known) {
    Set<String> large = new HashSet<>();
    Set<String> seen = new HashSet<>();
    for (Operand<?> each : known) {
      seen.add(each.op().name());
    }
    visit((GraphOperation) x.op(), seen, large);
    return large;
  }

  private static void visit(GraphOperation op, Set<String> seen, Set<String> large) {
    if (!seen.add(op.name())) {
      return;
    }
    if (!op.type().equals("Reshape") && op.output(0).shape().size() >= C * C) {
      large.add(op.name());
    }
    for (int i = 0; i < op.numInputs(); i++) {
      visit((GraphOperation) op.input(i).op(), seen, large);
    }
  }
}
