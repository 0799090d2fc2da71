package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.reckoning.graph.gpt2.TestModels.SMALL;
import static org.reckoning.graph.gpt2.TestModels.concat;
import static org.reckoning.graph.gpt2.TestModels.get;
import static org.reckoning.graph.gpt2.TestModels.model;
import static org.reckoning.graph.gpt2.TestModels.random;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.TestTensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/** The forward pass against numbers computed by hand, and its weights. */
class Gpt2Test {
  /**
   * A model with one head of width 2. With this large epsilon and weights of 1e9, a layer
   * normalization only subtracts the mean, and the model can be computed by hand.
   */
  private static final Gpt2Config CENTERING = new Gpt2Config(4, 4, 2, 1, 1, 2, 1e18);

  private final TestTensors tensors = new TestTensors();
  private final TestModels models = new TestModels(tensors);
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  // Numbers computed by hand.

  @Test
  void layerNorm_dividesByTheBiasedDeviation() {
    Gpt2Config config = new Gpt2Config(1, 1, 4, 1, 1, 4, 0.75);
    Map<String, double[]> weights = zeros(config);
    weights.put("wte.weight", new double[] {1, 2, 3, 4});
    weights.put("ln_f.weight", new double[] {1, 2, 3, 4});
    weights.put("ln_f.bias", new double[] {0, 0, 10, 0});

    // Mean 2.5, variance 1.25; variance and epsilon add up to 2.
    double root = Math.sqrt(2);
    assertThat(tensors.value(models.hidden(config, weights, ids(0), ids(1))))
        .containsExactly(
            new double[] {-1.5 / root, -1 / root, 10 + 1.5 / root, 6 / root}, within(1e-14));
  }

  @Test
  void mlp_appliesTheTanhFormOfGelu() {
    Map<String, double[]> weights = centering();
    weights.put("h.0.ln_2.weight", new double[2]);
    weights.put("h.0.ln_2.bias", new double[] {1, 2});
    weights.put("h.0.mlp.c_fc.weight", identity());
    weights.put("h.0.mlp.c_proj.weight", identity());

    // Of 1 and 2, by Python's math: x/2 * (1 + math.tanh(math.sqrt(2/math.pi)*(x + 0.044715*x**3)))
    double difference = 1.954597694087775 - 0.8411919906082768;
    assertThat(tensors.value(models.hidden(CENTERING, weights, ids(0), ids(1))))
        .containsExactly(new double[] {-difference / 2, difference / 2}, within(1e-11));
  }

  @Test
  void attention_withEqualScores_addsTheMeanOfWhatMayBeSeen() {
    Map<String, double[]> weights = centering();
    weights.put("wte.weight", new double[] {1, -1, 3, -3, 8, -8, 100, -100});
    weights.put("h.0.attn.c_attn.weight", valuesOnly());
    weights.put("h.0.attn.c_proj.weight", identity());

    // The first coordinate at each position.
    assertThat(
            everySecond(tensors.value(models.hidden(CENTERING, weights, ids(0, 1, 2, 3), ids(4)))))
        .containsExactly(new double[] {1 + 1, 3 + 2, 8 + 4, 100 + 28}, within(1e-9));
    // Keys from the third on are padding.
    assertThat(
            everySecond(tensors.value(models.hidden(CENTERING, weights, ids(0, 1, 2, 3), ids(2)))))
        .containsExactly(new double[] {1 + 1, 3 + 2, 8 + 2, 100 + 2}, within(1e-9));
  }

  @Test
  void attention_scores_areDividedByTheRootOfTheWidth() {
    double e = Math.sqrt(Math.log(3) / Math.sqrt(2)); // 2 e e / sqrt(2) = log(3)
    Map<String, double[]> weights = centering();
    weights.put("wte.weight", new double[] {0, 0, e, -e, 0, 0, 0, 0});
    weights.put("h.0.attn.c_attn.weight", new double[] {1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1});
    weights.put("h.0.attn.c_proj.weight", identity());

    // exp(0) : exp(log(3)) = 1/4 : 3/4.
    assertThat(everySecond(tensors.value(models.hidden(CENTERING, weights, ids(0, 1), ids(2)))))
        .containsExactly(new double[] {0, e + 0.75 * e}, within(1e-11));
  }

  @Test
  void positions_areAddedToWords() {
    Map<String, double[]> weights = centering();
    weights.put("wte.weight", new double[] {0, 0, 1, -1, 2, -2, 3, -3});
    weights.put("wpe.weight", new double[] {10, -10, 20, -20, 30, -30, 40, -40});

    assertThat(everySecond(tensors.value(models.hidden(CENTERING, weights, ids(1, 3, 0), ids(3)))))
        .containsExactly(new double[] {11, 23, 30}, within(1e-9));
  }

  @Test
  void head_isTheTokenEmbedding() {
    Map<String, double[]> weights = centering();
    weights.put("wte.weight", new double[] {1, 2, 3, 4, 5, 6, 7, 8});
    Operand<TFloat64> logits =
        model(CENTERING, null)
            .logits(
                tf,
                models.parameters(CENTERING.parameterShapes(), weights, 1),
                tensors.tensor(new long[] {1, 1, 2}, 1, 10));

    assertThat(tensors.value(logits)).containsExactly(21, 43, 65, 87);
  }

  // Limits.

  @Test
  void tokens_beyondThePositions_areRefused() {
    Parameters<TFloat64> p =
        models.parameters(SMALL.parameterShapes(), random(SMALL.parameterShapes()), 1);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model(SMALL, null)
                    .hidden(
                        tf,
                        p,
                        tensors.ints(new long[] {1, 1, 9}, new int[9]),
                        tensors.ints(new long[] {1, 1}, 9),
                        null))
        .withMessage("tokens a sequence (9) must be at most n_positions (8)");
  }

  // Weights.

  @Test
  void weights_sharedByTheTasks_countAsCopies() {
    Map<String, double[]> weights = random(SMALL.parameterShapes());
    int[] ids = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1};

    assertThat(
            tensors.value(
                models.hidden(
                    SMALL,
                    null,
                    models.parameters(SMALL.parameterShapes(), weights, 1),
                    new long[] {2, 2, 3},
                    ids,
                    3,
                    2,
                    3,
                    1)))
        .containsExactly(
            tensors.value(
                models.hidden(
                    SMALL,
                    null,
                    models.parameters(SMALL.parameterShapes(), weights, 2),
                    new long[] {2, 2, 3},
                    ids,
                    3,
                    2,
                    3,
                    1)),
            within(1e-14));
  }

  @Test
  void weights_ofATask_doNotTouchAnotherTask() {
    Map<String, double[]> weights = random(SMALL.parameterShapes());
    Map<String, double[]> others = new LinkedHashMap<>(weights);
    others.replaceAll((name, values) -> Arrays.stream(values).map(x -> x + 0.25).toArray());
    Map<String, Operand<TFloat64>> both = new LinkedHashMap<>();
    SMALL
        .parameterShapes()
        .forEach(
            (name, shape) -> {
              double[] values = concat(get(weights, name), get(others, name));
              both.put(name, tensors.tensor(shape.prepend(2).asArray(), values));
            });
    int[] ids = {1, 2, 3};
    double[] together =
        tensors.value(
            models.hidden(
                SMALL, null, new Parameters<>(both), new long[] {2, 1, 3}, concat(ids, ids), 3, 3));

    assertThat(together)
        .containsExactly(
            concat(
                tensors.value(models.hidden(SMALL, weights, ids, new int[] {3})),
                tensors.value(models.hidden(SMALL, others, ids, new int[] {3}))),
            within(1e-13));
  }

  // Low-rank factors.

  @Test
  void lora_withBOfZeros_isTheModelItself() {
    Lora lora = new Lora(2, 6, List.of("attn.c_attn", "c_proj", "mlp.c_fc"));
    Map<String, Shape> shapes = SMALL.parameterShapes();
    shapes.putAll(lora.parameterShapes(SMALL));
    Map<String, double[]> weights = random(shapes);
    weights.replaceAll(
        (name, values) -> name.endsWith("lora_B") ? new double[values.length] : values);

    assertThat(withLora(lora, shapes, weights, 1))
        .containsExactly(tensors.value(models.hidden(SMALL, weights, ids(1, 2, 3), ids(3))));
  }

  @Test
  void lora_addsTheScaledProductToTheWeight() {
    Lora lora = new Lora(2, 6, List.of("attn.c_attn", "mlp.c_proj"));
    Map<String, Shape> shapes = SMALL.parameterShapes();
    Map<String, Shape> factors = lora.parameterShapes(SMALL);
    shapes.putAll(factors);
    Map<String, double[]> weights = random(shapes);
    Map<String, double[]> merged = new LinkedHashMap<>(weights);
    factors.forEach(
        (name, shape) -> {
          if (name.endsWith(".lora_A")) {
            String layer = name.substring(0, name.length() - ".lora_A".length());
            int in = (int) shape.get(1);
            int out = get(weights, layer + ".bias").length;
            double[] a = get(weights, Lora.factorA(layer)); // [rank, in]
            double[] b = get(weights, Lora.factorB(layer)); // [out, rank]
            double[] w = get(weights, layer + ".weight").clone(); // [in, out]
            for (int i = 0; i < in; i++) {
              for (int o = 0; o < out; o++) {
                for (int r = 0; r < 2; r++) {
                  w[i * out + o] += 3 * b[o * 2 + r] * a[r * in + i];
                }
              }
            }
            merged.put(layer + ".weight", w);
          }
        });

    double[] want = tensors.value(models.hidden(SMALL, merged, ids(1, 2, 3), ids(3)));
    assertThat(withLora(lora, shapes, weights, 1)).containsExactly(want, within(1e-12));
    assertThat(withLora(lora, shapes, weights, 2))
        .containsExactly(concat(want, want), within(1e-12));
  }

  private double[] withLora(
      Lora lora, Map<String, Shape> shapes, Map<String, double[]> weights, int tasks) {
    int[] ids = new int[3 * tasks];
    Arrays.setAll(ids, i -> 1 + i % 3);
    int[] lengths = new int[tasks];
    Arrays.fill(lengths, 3);
    return tensors.value(
        models.hidden(
            SMALL,
            lora,
            models.parameters(shapes, weights, tasks),
            new long[] {tasks, 1, 3},
            ids,
            lengths));
  }

  @Test
  void parameters_unknown_nameTheKnown() {
    Parameters<TFloat64> p = new Parameters<>(Map.of("a", tf.constant(1.0)));

    assertThat(p.with(Map.of("b", tf.constant(2.0))).asMap()).containsOnlyKeys("a", "b");
    assertThat(p.contains("b")).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> p.get("wte.weight"))
        .withMessage("no weight 'wte.weight'; known: [a]");
  }

  // Weights and ids.

  private static Map<String, double[]> zeros(Gpt2Config config) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    config
        .parameterShapes()
        .forEach((name, shape) -> weights.put(name, new double[(int) shape.size()]));
    return weights;
  }

  /** Returns weights of 0, except for layer normalizations that subtract the mean. */
  private static Map<String, double[]> centering() {
    Map<String, double[]> weights = zeros(CENTERING);
    for (String name : List.of("h.0.ln_1.weight", "h.0.ln_2.weight", "ln_f.weight")) {
      weights.put(name, new double[] {1e9, 1e9});
    }
    return weights;
  }

  private static double[] identity() {
    return new double[] {1, 0, 0, 1};
  }

  /** Returns weights [C, 3C] that make queries and keys 0 and values equal to the input. */
  private static double[] valuesOnly() {
    return new double[] {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
  }

  private static double[] everySecond(double[] values) {
    double[] half = new double[values.length / 2];
    Arrays.setAll(half, i -> values[2 * i]);
    return half;
  }

  private static int[] ids(int... values) {
    return values;
  }
}
