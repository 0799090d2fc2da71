package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Derivatives of matrix products whose operands are rounded to bfloat16 and whose results are in
 * float32. The numbers are whole: operands are exact in bfloat16 and results in float32, but most
 * results are not in bfloat16.
 */
class RoundedProductTest {
  private static final Differentiator D = Differentiator.standard();
  private static final int R = 2; // rows
  private static final int C = 12; // columns

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();
  private final Random random = new Random(6);
  private final Specs specs = new Specs();
  private final Tensors arguments = new Tensors();

  @AfterEach
  void close() {
    tensors.close();
  }

  /** A product of two tensors, rounded or not. */
  private interface Product {
    Operand<TNumber> of(Ops tf, Operand<TNumber> a, Operand<TNumber> b, boolean ta, boolean tb);
  }

  private static Operand<TNumber> rounded(
      Ops tf, Operand<TNumber> a, Operand<TNumber> b, boolean ta, boolean tb) {
    return TestGraph.number(
        tf.train.batchMatMul(
            tf.dtypes.cast(a, TBfloat16.class),
            tf.dtypes.cast(b, TBfloat16.class),
            TFloat32.class,
            BatchMatMul.adjX(ta),
            BatchMatMul.adjY(tb)));
  }

  private static Operand<TNumber> exact(
      Ops tf, Operand<TNumber> a, Operand<TNumber> b, boolean ta, boolean tb) {
    return tf.train.batchMatMul(a, b, a.type(), BatchMatMul.adjX(ta), BatchMatMul.adjY(tb));
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void derivatives_ofBothModesAndOrders_areExactForWholeNumbers(boolean ta, boolean tb) {
    Shape a = ta ? Shape.of(1, C, R) : Shape.of(1, R, C);
    Shape b = Shape.of(1, C, C);
    argument("a", a);
    argument("b", b);
    argument("da", a);
    argument("db", b);
    argument("dy", Shape.of(1, R, C));
    Segment segment =
        segment(
            (body, in) -> {
              Tensors out = new Tensors();
              put(out, "got", derivatives(body, in, RoundedProductTest::rounded, ta, tb));
              put(out, "want", derivatives(body, in, RoundedProductTest::exact, ta, tb));
              return out;
            });

    Tensors results = segment.call(tf, arguments, true);

    for (int i = 0; i < 6; i++) {
      assertThat(tensors.value(results.get("got/" + i)))
          .as("derivative %d", i)
          .containsExactly(tensors.value(results.get("want/" + i)));
    }
  }

  /** Returns y, its pullbacks, its pushforward, and the pushforwards of its pullbacks. */
  private static List<Operand<TNumber>> derivatives(
      Ops tf, Tensors in, Product product, boolean ta, boolean tb) {
    List<Operand<TNumber>> x = List.of(number(in, "a"), number(in, "b"));
    List<Operand<TNumber>> dx = List.of(number(in, "da"), number(in, "db"));
    Operand<TNumber> y = product.of(tf, x.get(0), x.get(1), ta, tb);
    Tangents back = D.pullback(tf, List.of(y), List.of(number(in, "dy")), x);
    List<Operand<TNumber>> pulled = List.of(back.orZero(0), back.orZero(1));
    Tangents second = D.pushforward(tf, pulled, x, dx);
    List<Operand<TNumber>> all = new ArrayList<>(List.of(y));
    all.addAll(pulled);
    all.add(D.pushforward(tf, List.of(y), x, dx).orZero(0));
    all.addAll(List.of(second.orZero(0), second.orZero(1)));
    return all;
  }

  @Test
  void pullback_ofARateTimesTheGradientOfAWeight_roundsNothingButOperands() {
    argument("x", Shape.of(1, R, C));
    argument("dy", Shape.of(1, R, C));
    argument("seed", Shape.of(1, C, C));
    argument("rate", Shape.scalar());
    Segment segment =
        segment(
            (body, in) -> {
              Operand<TNumber> seed = number(in, "seed");
              Operand<TNumber> gradient =
                  rounded(body, number(in, "x"), number(in, "dy"), true, false);
              Operand<TNumber> rate = number(in, "rate");
              Operand<TNumber> step = body.math.neg(body.math.mul(rate, gradient));
              return new Tensors()
                  .put(
                      "got",
                      D.pullback(body, List.of(step), List.of(seed), List.of(rate)).orZero(0));
            });

    Tensors results = segment.call(tf, arguments, true);

    assertThat(tensors.value(results.get("got"))[0])
        .isEqualTo(-innerProduct(values("x"), values("dy"), values("seed")));
    assertThat(largeNodes(segment)).isEmpty();
  }

  /** Returns the sum of {@code seed (x^T dy)}. */
  private static double innerProduct(double[] x, double[] dy, double[] seed) {
    double sum = 0;
    for (int r = 0; r < R; r++) {
      for (int i = 0; i < C; i++) {
        for (int j = 0; j < C; j++) {
          sum += seed[i * C + j] * x[r * C + i] * dy[r * C + j];
        }
      }
    }
    return sum;
  }

  @Test
  void pushforward_ofAScaledWeight_scalesTheResult() {
    argument("x", Shape.of(1, R, C));
    argument("w", Shape.of(1, C, C));
    argument("direction", Shape.of(1, C, C));
    Segment segment =
        segment(
            (body, in) -> {
              Operand<TNumber> x = number(in, "x");
              Operand<TNumber> w = number(in, "w");
              Operand<TNumber> rate = TestGraph.number(body.constant(0.3f));
              Operand<TNumber> tangent = body.math.mul(number(in, "direction"), rate);
              Operand<TNumber> y = rounded(body, x, w, false, false);
              return new Tensors()
                  .put(
                      "got",
                      D.pushforward(body, List.of(y), List.of(w), List.of(tangent)).orZero(0))
                  .put("want", exact(body, x, tangent, false, false));
            });

    Tensors results = segment.call(tf, arguments, true);

    assertThat(tensors.value(results.get("got")))
        .containsExactly(tensors.value(results.get("want")), within(1e-4)); // of about 50
  }

  private void argument(String name, Shape shape) {
    specs.tensor(name, TFloat32.class, shape);
    double[] values = random.ints(Math.max(1, shape.size()), -9, 10).asDoubleStream().toArray();
    arguments.put(name, tf.dtypes.cast(tensors.tensor(shape.asArray(), values), TFloat32.class));
  }

  private double[] values(String name) {
    return tensors.value(arguments.get(name));
  }

  private Segment segment(Segment.Body body) {
    return Segment.define("derivatives", specs, List.of(), body);
  }

  private static Operand<TNumber> number(Tensors in, String name) {
    return TestGraph.number(in.get(name));
  }

  private static void put(Tensors out, String path, List<Operand<TNumber>> values) {
    for (int i = 0; i < values.size(); i++) {
      out.put(path + "/" + i, values.get(i));
    }
  }

  /** Returns the nodes that compute as many elements as a weight has, in float32. */
  private static List<String> largeNodes(Segment segment) {
    return segment.nodes().stream()
        .filter(node -> node.outputs().get(0).size() >= C * C)
        .filter(node -> node.dtypes().get(0) == DataType.DT_FLOAT)
        .filter(node -> !node.type().equals(Placeholder.OP_NAME))
        .map(node -> node.type() + " " + Arrays.toString(node.outputs().get(0).asArray()))
        .toList();
  }
}
