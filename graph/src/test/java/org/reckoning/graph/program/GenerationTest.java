package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

class GenerationTest {
  private static final int NO_TOKEN = -1;

  /** With two layers and room for long texts. */
  private static final Gpt2Config LONG = new Gpt2Config(11, 28, 8, 2, 2, 16, 1e-5);

  @ParameterizedTest
  @EnumSource(XlaMode.class)
  void generate_continuesWithTheTokenOfLeastLoss(XlaMode xla) {
    TaskShape one = new TaskShape(2, 2, 5, 1, 6);
    TaskShape candidates = new TaskShape(1, 2, 5, Micro.MODEL.vocabSize(), 6);
    List<Task> tasks = Micro.tasks(2, 40);
    int[][] prompts = {{3, 1, 7}, {5, 2}};
    List<Task> asked = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      asked.add(asking(tasks.get(i), List.of(target(prompts[i], 0))));
    }
    try (var program = Micro.program(Micro.config(2, one).withXla(xla))) {
      Generation generated = program.generate(Micro.batch(one, asked), greedy(3));

      program.addEvaluationShape(candidates);
      for (int i = 0; i < tasks.size(); i++) {
        int[] text = prompts[i];
        for (int step = 0; step < 3; step++) {
          text = append(text, likeliest(program, candidates, tasks.get(i), text));
        }
        assertThat(generated.tokens(i, 0))
            .containsExactly(Arrays.copyOfRange(text, prompts[i].length, text.length));
      }
    }
  }

  @Test
  void generate_atTheEndOfText_stops() {
    TaskShape shape = new TaskShape(1, 2, 5, 2, 6);
    Task task =
        asking(Micro.task(40), List.of(target(new int[] {3, 1, 7}, 0), target(new int[] {5}, 0)));
    try (var program = Micro.program(Micro.config(1, shape))) {
      int[][] free = generate(program, shape, task, greedy(3));
      int end = free[0][0];
      int[][] ended = generate(program, shape, task, Decoding.greedy(3, end));

      assertThat(ended[0]).containsExactly(end);
      int length = Arrays.stream(free[1]).boxed().toList().indexOf(end) + 1;
      assertThat(ended[1]).containsExactly(length == 0 ? free[1] : Arrays.copyOf(free[1], length));
    }
  }

  @Test
  void generate_atTheEndOfTheShape_stops() {
    TaskShape shape = new TaskShape(1, 2, 5, 2, 6);
    Task task = asking(Micro.task(40), List.of(target(new int[] {3, 1, 7, 4}, 0)));
    try (var program = Micro.program(Micro.config(1, shape))) {
      int[][] generated = generate(program, shape, task, greedy(5));

      assertThat(generated[0]).hasSize(2);
      assertThat(generated[1]).as("a padded question").isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(XlaMode.class)
  void generate_greedily_followsThePlainPass(XlaMode xla) {
    TaskShape shape = new TaskShape(2, 2, 5, 2, LONG.nPositions());
    BilevelConfig config =
        BilevelConfig.of(LONG, 1, shape)
            .withAdaptation(Adaptation.lora(2, 4, "attn.c_attn", "mlp.c_fc"))
            .withInnerRates(InnerRates.raw(0.1))
            .withXla(xla);
    List<Task> tasks =
        List.of(
            asking(
                Micro.task(40), List.of(target(new int[] {3, 1, 7}, 0), target(new int[] {5}, 0))),
            asking(Micro.task(41), List.of(target(new int[] {2, 9}, 0))));
    TaskBatch batch = TaskBatch.of(shape, LONG, tasks);
    try (BilevelProgram<TFloat64> program = BilevelProgram.build(config, TFloat64.class)) {
      Map<String, double[]> weights = Micro.weights(program.layout(), 8);
      program.initialize(weights);
      Generation made = program.generate(batch, greedy(22));
      Map<String, double[]> adapted = program.adapt(batch);

      for (int n = 0; n < tasks.size(); n++) {
        Map<String, double[]> ofTask = new LinkedHashMap<>(weights);
        for (String name : adapted.keySet()) {
          double[] both = adapted.get(name);
          ofTask.put(
              name, Arrays.copyOfRange(both, n * both.length / 2, (n + 1) * both.length / 2));
        }
        for (int q = 0; q < tasks.get(n).questions().size(); q++) {
          TokenSequence question = tasks.get(n).questions().get(q);
          int prompt = question.length() - 1;
          int[] text = Arrays.copyOf(made.tokens(n, q), 22);
          int[] whole = new int[prompt + 22];
          Arrays.setAll(whole, i -> i < prompt ? question.token(i) : text[i - prompt]);
          double[][] logProbabilities = plain(program.layout(), config, ofTask, whole);
          for (int i = 0; i < 22; i++) {
            double[] scores = logProbabilities[prompt + i - 1];
            int best = 0;
            for (int token = 1; token < scores.length; token++) {
              best = scores[token] > scores[best] ? token : best;
            }
            assertThat(text[i]).as("token %d of question %d of task %d", i, q, n).isEqualTo(best);
            assertThat(made.logProbabilities(n, q)[i]).isCloseTo(scores[best], within(1e-12));
          }
        }
      }
      assertThat(made.tokens(1, 1)).as("a padded question").isEmpty();
    }
  }

  /** {@code log p} of every token after each position of a text [T][V], by a plain pass. */
  private static double[][] plain(
      WeightLayout layout, BilevelConfig config, Map<String, double[]> weights, int[] text) {
    try (TestTensors tensors = new TestTensors()) {
      Ops tf = tensors.tf();
      Map<String, Operand<TFloat64>> operands = new LinkedHashMap<>();
      layout
          .shapes()
          .forEach(
              (name, shape) ->
                  operands.put(
                      name,
                      tensors.tensor(
                          shape.prepend(1).asArray(), Objects.requireNonNull(weights.get(name)))));
      Gpt2<TFloat64> model = new Gpt2<>(config.model(), config.lora(), Dropout.none());
      Parameters<TFloat64> p = new Parameters<>(operands);
      Operand<TFloat64> hidden =
          model.hidden(
              tf,
              p,
              tensors.ints(new long[] {1, 1, text.length}, text),
              tensors.ints(new long[] {1, 1}, text.length),
              null);
      int v = config.model().vocabSize();
      Operand<TFloat64> rows =
          tf.reshape(hidden, tf.constant(new int[] {1, text.length, config.model().nEmbd()}));
      double[] flat = tensors.value(tf.nn.logSoftmax(model.logits(tf, p, rows)));
      double[][] scores = new double[text.length][];
      Arrays.setAll(scores, i -> Arrays.copyOfRange(flat, i * v, (i + 1) * v));
      return scores;
    }
  }

  @Test
  void generate_sampled_dependsOnTheSeedAndNotOnTheBatch() {
    TaskShape one = new TaskShape(1, 2, 5, 1, 8);
    TaskShape more = new TaskShape(2, 2, 5, 3, 8);
    TokenSequence question = target(new int[] {3, 1}, 0);
    Task alone = asking(Micro.task(40), List.of(question));
    Task among = asking(Micro.task(40), List.of(question, target(new int[] {6, 2, 4}, 0)));
    Decoding sampling = Decoding.sampling(6, NO_TOKEN, 21).withTemperature(2);
    Generation compiled;
    try (var program = Micro.program(Micro.config(1, one).withXla(XlaMode.SEGMENTS))) {
      compiled = program.generate(Micro.batch(one, List.of(alone)), sampling);
    }
    try (var program = Micro.program(Micro.config(1, one))) {
      program.addEvaluationShape(more);
      TaskBatch batch = Micro.batch(one, List.of(alone));
      Generation first = program.generate(batch, sampling);
      TaskBatch larger = Micro.batch(more, List.of(among, Micro.task(41)));

      assertThat(program.generate(batch, sampling).tokens(0, 0))
          .containsExactly(first.tokens(0, 0));
      Generation both = program.generate(larger, sampling);
      assertThat(both.tokens(0, 0)).containsExactly(first.tokens(0, 0));
      try (var grouped = Micro.program(Micro.config(1, more).withTaskGroups(2))) {
        assertThat(grouped.generate(larger, sampling).tokens(1, 0))
            .containsExactly(both.tokens(1, 0));
      }
      assertThat(compiled.tokens(0, 0)).containsExactly(first.tokens(0, 0));
      assertThat(compiled.logProbabilities(0, 0))
          .containsExactly(first.logProbabilities(0, 0), within(1e-12));
      assertThat(program.generate(batch, sampling.withSeed(22)).tokens(0, 0))
          .isNotEqualTo(first.tokens(0, 0));
      // Fewer tokens are the beginning of more.
      assertThat(program.generate(batch, sampling.withNewTokens(2)).tokens(0, 0))
          .containsExactly(Arrays.copyOf(first.tokens(0, 0), 2));
    }
  }

  @Test
  void generate_sampledAmongOneToken_isGreedy() {
    TaskShape shape = new TaskShape(1, 2, 5, 2, 8);
    Task task =
        asking(Micro.task(40), List.of(target(new int[] {3, 1, 7}, 0), target(new int[] {5}, 0)));
    Decoding sampling = Decoding.sampling(5, NO_TOKEN, 1).withTemperature(3);
    try (var program = Micro.program(Micro.config(1, shape))) {
      int[][] greedy = generate(program, shape, task, greedy(5));

      assertThat(generate(program, shape, task, sampling.withTopK(1))).isDeepEqualTo(greedy);
      assertThat(generate(program, shape, task, sampling.withTopP(1e-9))).isDeepEqualTo(greedy);
      assertThat(generate(program, shape, task, sampling.withTemperature(1e-9)))
          .isDeepEqualTo(greedy);
      assertThat(Arrays.deepEquals(generate(program, shape, task, sampling), greedy)).isFalse();
    }
  }

  @Test
  void graph_answersByOneCall_thatIsCompiled() {
    try (var program = Micro.program(Micro.config(1).withXla(XlaMode.SEGMENTS))) {
      program.generate(Micro.batch(), greedy(2));
      program.generate(Micro.batch(), greedy(3));

      assertThat(program.graph().toGraphDef().getNodeList())
          .filteredOn(node -> node.getName().startsWith("generate/"))
          .filteredOn(node -> node.getOp().equals("StatefulPartitionedCall"))
          .singleElement()
          .satisfies(
              call -> {
                assertThat(call.getAttrOrThrow("f").getFunc().getName()).startsWith("decode_");
                assertThat(call.getAttrOrThrow("_XlaMustCompile").getB()).isTrue();
              });
    }
  }

  @Test
  void train_onAShapeForEvaluation_isRefused() {
    TaskShape other = new TaskShape(1, 2, 5, 1, 6);
    try (var program = Micro.program(Micro.config(1))) {
      program.addEvaluationShape(other);
      TaskBatch batch =
          Micro.batch(other, List.of(asking(Micro.task(1), List.of(target(new int[] {1}, 2)))));

      assertThat(program.evaluate(batch).outerLoss()).isPositive();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.train(List.of(batch), new OuterRates(0.1, 0.1), 0))
          .withMessageContaining("is for evaluation only");
    }
  }

  private static Decoding greedy(int newTokens) {
    return Decoding.greedy(newTokens, NO_TOKEN);
  }

  private static int[][] generate(
      BilevelProgram<TFloat64> program, TaskShape shape, Task task, Decoding decoding) {
    Generation generation = program.generate(Micro.batch(shape, List.of(task)), decoding);
    return IntStream.range(0, shape.questions())
        .mapToObj(q -> generation.tokens(0, q))
        .toArray(int[][]::new);
  }

  private static int likeliest(
      BilevelProgram<TFloat64> program, TaskShape shape, Task task, int[] text) {
    List<TokenSequence> continued = new ArrayList<>();
    for (int token = 0; token < Micro.MODEL.vocabSize(); token++) {
      continued.add(target(text, token));
    }
    PassResult result = program.evaluate(Micro.batch(shape, List.of(asking(task, continued))));
    int best = 0;
    for (int token = 1; token < continued.size(); token++) {
      best = result.questionLoss(0, token) < result.questionLoss(0, best) ? token : best;
    }
    return best;
  }

  private static TokenSequence target(int[] prompt, int token) {
    return TokenSequence.of(append(prompt, token), prompt.length);
  }

  private static int[] append(int[] tokens, int token) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = token;
    return longer;
  }

  private static Task asking(Task task, List<TokenSequence> questions) {
    return new Task(task.facts(), task.relevant(), questions);
  }
}
