package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

class TokenChoiceTest {
  /** Logits with probabilities 1/2, 1/4, 1/8, 1/16, 1/16 of the tokens 3, 0, 4, 1, 2. */
  private static final double[] HALVES = {-2, -4, -4, -1, -3};

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void greedy_ofEqualLogits_takesTheLowestId(boolean compiled) {
    double[] logits = new double[1000];
    logits[700] = 2;
    logits[300] = 2;
    logits[999] = 2;
    Segment greedy =
        Segment.define(
            "greedy",
            new Specs().tensor("logits", TFloat64.class, Shape.of(1, 1, 1000)),
            List.of(),
            (scope, in) ->
                new Tensors()
                    .put(
                        "next",
                        number(
                            scope, TokenChoice.greedy(scope, in.get("logits", TFloat64.class)))));
    Tensors in = new Tensors().put("logits", tensors.tensor(new long[] {1, 1, 1000}, logits));

    assertThat(tensors.value(greedy.call(tf, in, compiled).get("next"))).containsExactly(300);
  }

  @ParameterizedTest(name = "k={0} p={1} u={2}")
  @CsvSource({
    // all tokens: their cumulative probabilities are 1/2, 3/4, 7/8, 15/16 and 1
    "0, 1, 0, 3",
    "0, 1, 0.49, 3",
    "0, 1, 0.5, 0",
    "0, 1, 0.76, 4",
    "0, 1, 0.9, 1",
    "0, 1, 0.99, 2",
    // two tokens: 2/3 and 1/3
    "2, 1, 0.66, 3",
    "2, 1, 0.67, 0",
    "2, 1, 0.999, 0",
    // one token
    "1, 1, 0.999, 3",
    "0, 0.0001, 0.999, 3",
    "0, 0.5, 0.999, 3",
    // the fewest tokens that reach p; of the two with 1/16, the lower id comes first
    "0, 0.51, 0.999, 0",
    "0, 0.75, 0.999, 0",
    "0, 0.76, 0.999, 4",
    "0, 0.9, 0.999, 1",
    "0, 0.94, 0.999, 2",
    "4, 1, 0.999, 1",
    // p applies to the k most likely tokens: 4/7, 2/7, 1/7
    "3, 0.57, 0.999, 3",
    "3, 0.58, 0.999, 0",
    "3, 0.86, 0.999, 4",
    // k larger than the vocabulary
    "9, 1, 0.99, 2"
  })
  void sampled_takesTheTokenInWhoseShareTheNumberFalls(
      int topK, double topP, double uniform, int expected) {
    double[] logits = Arrays.stream(HALVES).map(x -> x * Math.log(2) + 7).toArray();

    assertThat(sampled(logits, 1, topK, topP, uniform)).containsExactly(expected);
  }

  @Test
  void sampled_dividesLogitsByTheTemperature() {
    double[] logits = {Math.log(4), Math.log(1)}; // 4 : 1, at temperature 2 they are 2 : 1

    assertThat(sampled(logits, 1, 0, 1, 0.79)).containsExactly(0);
    assertThat(sampled(logits, 2, 0, 1, 0.66)).containsExactly(0);
    assertThat(sampled(logits, 2, 0, 1, 0.67)).containsExactly(1);
    assertThat(sampled(new double[] {1, 2, 1.5}, 1e-300, 0, 1, 0.999)).containsExactly(1);
  }

  private double[] sampled(
      double[] logits, double temperature, int topK, double topP, double uniform) {
    return tensors.value(
        number(
            tf,
            TokenChoice.sampled(
                tf,
                tensors.tensor(new long[] {1, 1, logits.length}, logits),
                tf.constant(temperature),
                tf.constant(topK),
                tf.constant(topP),
                tensors.tensor(new long[] {1, 1}, uniform))));
  }

  @Test
  void logProbabilities_areThoseOfTheSoftmax() {
    Operand<TFloat64> logits =
        tensors.tensor(new long[] {1, 2, 3}, 1, 2, 3, Math.log(5), Math.log(3), Math.log(2));
    Operand<TInt32> tokens = tensors.ints(new long[] {1, 2}, 2, 0);

    assertThat(tensors.value(TokenChoice.logProbabilities(tf, logits, tokens)))
        .containsExactly(
            new double[] {-Math.log(1 + Math.exp(-1) + Math.exp(-2)), Math.log(0.5)},
            within(1e-14));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void uniform_isTheFractionOfTheSeedOfTaskTextAndPosition(boolean compiled) {
    long seed = -12345678901234567L;
    int[] positions = {3, 0, 1, 9, 2, 700};
    double[] expected = new double[6];
    for (int i = 0; i < 6; i++) {
      long bits = RandomSeed.of(seed, "token", i / 3 == 0 ? 4 : 0, i % 3, positions[i]);
      expected[i] = (bits & ((1L << 53) - 1)) * 0x1p-53;
    }
    Segment uniform =
        Segment.define(
            "uniform",
            new Specs().tensor("positions", TInt32.class, Shape.of(2, 3)),
            List.of(),
            (scope, in) ->
                new Tensors()
                    .put(
                        "u",
                        TokenChoice.uniform(
                            scope,
                            scope.constant(seed),
                            scope.constant(new long[] {4, 0}),
                            in.get("positions", TInt32.class))));
    Tensors in = new Tensors().put("positions", tensors.ints(new long[] {2, 3}, positions));

    assertThat(tensors.value(uniform.call(tf, in, compiled).get("u"))).containsExactly(expected);
  }

  @Test
  void sampled_withUniform_hasTheFrequenciesOfTheFilteredSoftmax() {
    int texts = 20_000;
    int vocabulary = 12;
    int topK = 8;
    double temperature = 0.8;
    Random random = new Random(11);
    double[] logits = random.doubles(vocabulary, -1, 1).toArray();
    double[] weights = Arrays.stream(logits).map(x -> Math.exp(x / temperature)).toArray();
    double least = Arrays.stream(weights).sorted().toArray()[vocabulary - topK];
    double total = Arrays.stream(weights).filter(w -> w >= least).sum();

    Operand<TFloat64> all =
        tf.broadcastTo(
            tensors.tensor(new long[] {1, 1, vocabulary}, logits),
            tf.constant(new long[] {2, texts / 2, vocabulary}));
    int[] positions = new int[texts];
    Operand<TFloat64> uniform =
        TokenChoice.uniform(
            tf,
            tf.constant(17L),
            tf.constant(new long[] {0, 1}),
            tensors.ints(new long[] {2, texts / 2}, positions));
    double[] drawn =
        tensors.value(
            number(
                tf,
                TokenChoice.sampled(
                    tf,
                    all,
                    tf.constant(temperature),
                    tf.constant(topK),
                    tf.constant(1.0),
                    uniform)));
    double[] counts = new double[vocabulary];
    Arrays.stream(drawn).forEach(token -> counts[(int) token]++);
    double chiSquare = 0;
    for (int token = 0; token < vocabulary; token++) {
      double expected = weights[token] >= least ? texts * weights[token] / total : 0;
      if (expected == 0) {
        assertThat(counts[token]).as("token %s, which is filtered out", token).isZero();
      } else {
        chiSquare += Math.pow(counts[token] - expected, 2) / expected;
      }
    }
    assertThat(chiSquare).as("of 7 degrees of freedom, exceeded once in 1000").isLessThan(24.32);
  }

  private static Operand<TFloat64> number(Ops tf, Operand<TInt32> ids) {
    return tf.dtypes.cast(ids, TFloat64.class);
  }
}
