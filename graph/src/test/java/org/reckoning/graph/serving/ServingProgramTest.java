package org.reckoning.graph.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.KnowledgeProgram;
import org.reckoning.graph.program.Micro;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** What a SavedModel says after it was loaded, and that it is one that a server takes. */
class ServingProgramTest {
  private static final int END = 10;
  private static final int ANSWER_TOKENS = 3;
  static final ServingLimits LIMITS = new ServingLimits(3, 5, 3, 4, 4, 6, ANSWER_TOKENS, END);

  /** What a request is padded to, for the program that answers beside it. */
  private static final TaskShape PADDED = new TaskShape(1, 3, 5, 4, 7);

  private static final double EXACT = 1e-5; // numbers come back as float32

  @TempDir static Path shared;

  /** Of two inner steps; no test changes it. */
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SavedModelBundle served;

  @TempDir Path directory;

  @BeforeAll
  static void serve() throws IOException {
    try (var reference = Micro.program(Micro.config(2))) {
      served =
          SavedModelBundle.load(exported(shared, Micro.config(2), reference, false).toString());
    }
  }

  @AfterAll
  static void close() {
    served.close();
  }

  /** Facts, and texts of which the first tokens are the question. */
  private record Asked(List<TokenSequence> facts, List<TokenSequence> texts) {
    /** Of so many facts and questions. */
    static Asked of(int facts, int texts, long seed) {
      Random random = new Random(seed);
      List<TokenSequence> told = new ArrayList<>();
      for (int i = 0; i < facts; i++) {
        int length = 2 + random.nextInt(4);
        told.add(Micro.sequence(random, length, 1 + random.nextInt(length - 1)));
      }
      List<TokenSequence> asked = new ArrayList<>();
      for (int i = 0; i < texts; i++) {
        int prompt = 1 + random.nextInt(4);
        asked.add(Micro.sequence(random, prompt + 1 + random.nextInt(2), prompt));
      }
      return new Asked(told, asked);
    }

    TaskBatch batch() {
      return Micro.batch(PADDED, List.of(Task.of(facts, texts)));
    }

    Map<String, int[]> factInputs() {
      return inputs("fact", facts);
    }

    Map<String, int[]> candidates() {
      return inputs("candidate", texts);
    }

    Map<String, int[]> questions() {
      Map<String, int[]> inputs = new LinkedHashMap<>();
      inputs.put(
          "question_tokens",
          texts.stream().flatMapToInt(text -> Arrays.stream(ids(text), 0, prompt(text))).toArray());
      inputs.put("question_lengths", texts.stream().mapToInt(Asked::prompt).toArray());
      return inputs;
    }

    private static Map<String, int[]> inputs(String name, List<TokenSequence> texts) {
      Map<String, int[]> inputs = new LinkedHashMap<>();
      inputs.put(
          name + "_tokens",
          texts.stream().flatMapToInt(text -> Arrays.stream(ids(text))).toArray());
      inputs.put(name + "_lengths", texts.stream().mapToInt(TokenSequence::length).toArray());
      inputs.put(name + "_prompts", texts.stream().mapToInt(Asked::prompt).toArray());
      return inputs;
    }

    private static int[] ids(TokenSequence text) {
      int[] ids = new int[text.length()];
      Arrays.setAll(ids, text::token);
      return ids;
    }

    private static int prompt(TokenSequence text) {
      int prompt = 0;
      while (text.span(prompt) == Span.PROMPT) {
        prompt++;
      }
      return prompt;
    }
  }

  private static Map<String, int[]> both(Map<String, int[]> some, Map<String, int[]> others) {
    Map<String, int[]> all = new LinkedHashMap<>(some);
    all.putAll(others);
    return all;
  }

  private static <V> V get(Map<String, V> values, String name) {
    return Objects.requireNonNull(values.get(name));
  }

  /** Numbers of each output. */
  private static Map<String, double[]> call(
      SavedModelBundle model, String signature, Map<String, int[]> inputs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    inputs.forEach(
        (name, values) -> tensors.put(name, HostTensors.of(Shape.of(values.length), values)));
    return callTensors(model, signature, tensors);
  }

  private static Map<String, double[]> callTensors(
      SavedModelBundle model, String signature, Map<String, Tensor> tensors) {
    Map<String, double[]> numbers = new LinkedHashMap<>();
    try (Result result = model.function(signature).call(tensors)) {
      result.forEach(
          output ->
              numbers.put(
                  output.getKey(),
                  output.getValue() instanceof TInt32 ints
                      ? ints.streamOfObjects().mapToDouble(Integer::doubleValue).toArray()
                      : HostTensors.toDoubles(output.getValue())));
    } finally {
      tensors.values().forEach(Tensor::close);
    }
    return numbers;
  }

  private Path exported(BilevelConfig config, BilevelProgram<TFloat64> reference, boolean compiled)
      throws IOException {
    return exported(directory, config, reference, compiled);
  }

  static Path exported(
      Path directory, BilevelConfig config, BilevelProgram<TFloat64> reference, boolean compiled)
      throws IOException {
    String prefix = directory.resolve("variables").toString();
    reference.save(prefix);
    Path model = directory.resolve("model");
    try (var program =
        ServingProgram.build(config, LIMITS, MicroText.FORM, compiled, TFloat64.class)) {
      program.restore(prefix);
      program.export(model.toString());
    }
    return model;
  }

  static Stream<Arguments> configurations() {
    BilevelConfig config = Micro.config(2);
    return Stream.of(
        Arguments.of("all weights", config),
        Arguments.of(
            "AdamW, rates in log space",
            config.withInnerOptimizer(new AdamW()).withInnerRates(InnerRates.log(0.1))),
        Arguments.of("factors", config.withAdaptation(Adaptation.lora(2, 3, "attn.c_attn"))),
        Arguments.of("no inner loop", Micro.config(0)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void allSignatures_unpaddedInputsOfSeveralSizes_sayWhatTheProgramSays(
      String name, BilevelConfig config) throws IOException {
    try (var reference = Micro.program(config)) {
      Path model = exported(config, reference, false);
      try (var known = KnowledgeProgram.build(config, TFloat64.class);
          var loaded = SavedModelBundle.load(model.toString())) {
        known.restore(directory.resolve("variables").toString());
        for (int facts = 1; facts <= 3; facts++) {
          for (int questions = 1; questions <= 3; questions += 2) {
            Asked asked = Asked.of(facts, questions, 10 * facts + questions);
            TaskBatch batch = asked.batch();
            known.forget();
            Generation before = known.generate(batch, Decoding.greedy(ANSWER_TOKENS, END));
            assertAnswers(call(loaded, "no_knowledge", asked.questions()), before, questions);

            double[] losses = known.encode(batch);
            var answered =
                call(loaded, "serving_default", both(asked.factInputs(), asked.questions()));
            assertThat(answered.get("inner_losses")).containsExactly(losses, within(EXACT));
            assertAnswers(
                answered, known.generate(batch, Decoding.greedy(ANSWER_TOKENS, END)), questions);

            var scored = call(loaded, "score", both(asked.factInputs(), asked.candidates()));
            double[] expected =
                Arrays.stream(known.score(batch)).limit(questions).map(loss -> -loss).toArray();
            assertThat(scored.get("log_probabilities")).containsExactly(expected, within(EXACT));
            assertThat(scored.get("inner_losses")).containsExactly(losses, within(EXACT));
          }
        }
      }
    }
  }

  private static void assertAnswers(Map<String, double[]> given, Generation want, int questions) {
    assertThat(given.get("answer_lengths")).hasSize(questions);
    assertThat(given.get("answer_tokens")).hasSize(questions * ANSWER_TOKENS);
    for (int q = 0; q < questions; q++) {
      int[] tokens = want.tokens(0, q);
      double[] row =
          Arrays.copyOfRange(
              given.get("answer_tokens"), q * ANSWER_TOKENS, (q + 1) * ANSWER_TOKENS);
      double[] padded = new double[ANSWER_TOKENS];
      Arrays.setAll(padded, i -> i < tokens.length ? tokens[i] : END);
      assertThat(row).containsExactly(padded);
      assertThat(get(given, "answer_lengths")[q]).isEqualTo(tokens.length);
      double[] logs = want.logProbabilities(0, q);
      for (int i = 0; i < ANSWER_TOKENS; i++) {
        assertThat(get(given, "token_log_probabilities")[q * ANSWER_TOKENS + i])
            .isCloseTo(i < logs.length ? logs[i] : 0, within(EXACT));
      }
      assertThat(get(given, "answer_probabilities")[q])
          .isCloseTo(Math.exp(Arrays.stream(logs).sum()), within(EXACT));
    }
  }

  @Test
  void sample_drawsWhatTheProgramDraws() throws IOException {
    Decoding drawing = new Decoding(2, END, 1.5, 5, 0.9, 7);
    Asked asked = Asked.of(2, 2, 3);
    try (var known = KnowledgeProgram.build(Micro.config(2), TFloat64.class)) {
      known.restore(shared.resolve("variables").toString());
      known.encode(asked.batch());
      for (long seed = 0; seed < 2; seed++) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        both(asked.factInputs(), asked.questions())
            .forEach((name, v) -> inputs.put(name, HostTensors.of(Shape.of(v.length), v)));
        inputs.put("max_new_tokens", TInt32.scalarOf(2));
        inputs.put("temperature", TFloat32.scalarOf(1.5f));
        inputs.put("top_k", TInt32.scalarOf(5));
        inputs.put("top_p", TFloat32.scalarOf(0.9f));
        inputs.put("seed", TInt64.scalarOf(seed));
        assertAnswers(
            callTensors(served, "sample", inputs),
            known.generate(asked.batch(), drawing.withSeed(seed)),
            2);
      }
    }
  }

  /** A mistake, and the sentence that tells of it. */
  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("fact_lengths", new int[] {2, 2, 2, 2}, "[facts must be 1 to 3 but are] [4]"),
        mistake("fact_lengths", new int[] {}, "[facts must be 1 to 3 but are] [0]"),
        mistake(
            "fact_prompts",
            new int[] {1},
            "[fact_prompts must be as many as fact_lengths but are] [1]"),
        mistake("fact_lengths", new int[] {2, 6}, "[fact_lengths must be 2 to 5 but there is] [6]"),
        mistake("fact_lengths", new int[] {1, 2}, "[fact_lengths must be 2 to 5 but there is] [1]"),
        mistake(
            "fact_prompts",
            new int[] {1, 2},
            "[fact_prompts must be at least 1 and less than fact_lengths but are] [1 2]"),
        mistake(
            "fact_tokens",
            new int[] {1, 2, 3},
            "[fact_tokens must be as many as fact_lengths add up to but are] [3]"),
        mistake(
            "fact_tokens",
            new int[] {1, 2, 3, 11},
            "[fact_tokens must be ids from 0 to 10 but there is] [11]"),
        mistake(
            "question_tokens",
            new int[] {1, -2},
            "[question_tokens must be ids from 0 to 10 but there is] [-2]"),
        mistake(
            "question_lengths",
            new int[] {5},
            "[question_lengths must be 1 to 4 but there is] [5]"),
        mistake(
            "question_lengths", new int[] {1, 1, 1, 1}, "[questions must be 1 to 3 but are] [4]"));
  }

  private static Arguments mistake(String input, int[] values, String message) {
    return Arguments.of(input, values, message);
  }

  @Test
  void badRequests_areRefusedWithASentence_andTheNextIsAnswered() {
    Map<String, int[]> good = new LinkedHashMap<>();
    good.put("fact_tokens", new int[] {1, 2, 3, 4});
    good.put("fact_lengths", new int[] {2, 2});
    good.put("fact_prompts", new int[] {1, 1});
    good.put("question_tokens", new int[] {5, 6});
    good.put("question_lengths", new int[] {2});
    Map<String, double[]> before = call(served, "serving_default", good);
    mistakes()
        .forEach(
            each -> {
              Map<String, int[]> bad = new LinkedHashMap<>(good);
              bad.put((String) each.get()[0], (int[]) each.get()[1]);
              assertThatThrownBy(() -> call(served, "serving_default", bad))
                  .isInstanceOf(TFInvalidArgumentException.class)
                  .hasMessageContaining("assertion failed: " + each.get()[2]);
            });
    Map<String, Tensor> shaped = new LinkedHashMap<>();
    good.forEach((name, v) -> shaped.put(name, HostTensors.of(Shape.of(v.length), v)));
    shaped.put("fact_tokens", HostTensors.of(Shape.of(2, 2), 1, 2, 3, 4));
    assertThatThrownBy(() -> callTensors(served, "serving_default", shaped))
        .isInstanceOf(TFInvalidArgumentException.class)
        .hasMessageContaining("fact_tokens")
        .hasMessageContaining("[2,2] is not compatible with expected shape [?]");
    Map<String, Tensor> typed = new LinkedHashMap<>();
    good.forEach((name, v) -> typed.put(name, HostTensors.of(Shape.of(v.length), v)));
    typed.put("fact_lengths", TFloat32.vectorOf(2, 2));
    assertThatThrownBy(() -> callTensors(served, "serving_default", typed))
        .isInstanceOf(TFInvalidArgumentException.class)
        .hasMessageContaining("int32");
    Map<String, double[]> after = call(served, "serving_default", good);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, numbers) -> assertThat(numbers).isEqualTo(before.get(name)));
  }

  @Test
  void factsThatDiverge_areRefused() throws IOException {
    BilevelConfig config = Micro.config(2);
    Asked asked = Asked.of(2, 1, 5);
    try (var reference = Micro.program(config)) {
      double[][] rates = reference.rates();
      for (double[] row : rates) {
        Arrays.fill(row, 1e300);
      }
      reference.assignRates(rates);
      try (var loaded = SavedModelBundle.load(exported(config, reference, false).toString())) {
        assertThatThrownBy(
                () -> call(loaded, "score", both(asked.factInputs(), asked.candidates())))
            .hasMessageContaining("[these facts cannot be learned: inner losses must be finite");
      }
    }
  }

  @Test
  void questions_whoseAnswersOverflow_areRefused() throws IOException {
    BilevelConfig config = Micro.config(2);
    Asked asked = Asked.of(2, 1, 5);
    try (var reference = Micro.program(config)) {
      Map<String, Double> factors = Map.of("wte.weight", 1e150, "ln_f.weight", 1e300);
      Map<String, double[]> weights = Micro.weights(reference.layout(), 1);
      weights.replaceAll(
          (name, numbers) ->
              Arrays.stream(numbers).map(each -> each * factors.getOrDefault(name, 1.0)).toArray());
      reference.initialize(weights);
      try (var loaded = SavedModelBundle.load(exported(config, reference, false).toString())) {
        assertThatThrownBy(() -> call(loaded, "no_knowledge", asked.questions()))
            .hasMessageContaining("[these facts and questions give no answer: log-probabilities");
      }
    }
  }

  @Test
  void concurrentRequests_doNotDisturbEachOther() throws Exception {
    List<Asked> all = Stream.of(1L, 2L, 3L, 4L).map(seed -> Asked.of(2, 2, seed)).toList();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<double[]> alone = all.stream().map(asked -> scores(served, asked)).toList();
      List<Future<Integer>> done = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        int own = i;
        done.add(
            threads.submit(
                () -> {
                  for (int times = 0; times < 8; times++) {
                    assertThat(scores(served, all.get(own))).isEqualTo(alone.get(own));
                  }
                  return own;
                }));
      }
      for (Future<Integer> each : done) {
        each.get();
      }
      assertThat(alone.get(0)).isNotEqualTo(alone.get(1));
    } finally {
      threads.shutdownNow();
    }
  }

  private static double[] scores(SavedModelBundle model, Asked asked) {
    return get(
        call(model, "score", both(asked.factInputs(), asked.candidates())), "log_probabilities");
  }

  @Test
  void savedModel_isOneThatAServerTakes() throws IOException {
    BilevelConfig config = Micro.config(2);
    try (var reference = Micro.program(config)) {
      Path model = exported(config, reference, false);
      try (var loaded = SavedModelBundle.load(model.toString())) {
        assertThat(loaded.signatures().stream().map(Signature::key))
            .containsExactlyInAnyOrder(
                "serving_default",
                "sample",
                "score",
                "no_knowledge",
                "ask",
                "choose",
                "ask_no_knowledge",
                "choose_no_knowledge");
        assertThat(loaded.signatures())
            .allSatisfy(
                signature ->
                    assertThat(signature.methodName()).isEqualTo("tensorflow/serving/predict"));
        assertThat(mustCompile(loaded.metaGraphDef().getGraphDef())).isEmpty();
        Signature answer = loaded.function("serving_default").signature();
        assertThat(answer.getInputs().keySet())
            .containsExactlyInAnyOrder(
                "fact_tokens",
                "fact_lengths",
                "fact_prompts",
                "question_tokens",
                "question_lengths");
        assertThat(answer.getInputs().values())
            .allSatisfy(
                input -> {
                  assertThat(input.dataType).isEqualTo(DataType.DT_INT32);
                  assertThat(input.shape.asArray()).containsExactly(-1);
                });
        assertThat(get(answer.getOutputs(), "answer_tokens").shape.asArray())
            .containsExactly(-1, ANSWER_TOKENS);
        assertThat(get(answer.getOutputs(), "inner_losses").dataType).isEqualTo(DataType.DT_FLOAT);
      }
      long numbers =
          reference.layout().shapes().values().stream().mapToLong(Shape::size).sum()
              + 2L * reference.layout().adapted().size();
      long saved = Files.size(model.resolve("variables/variables.data-00000-of-00001"));
      assertThat(saved).isEqualTo(numbers * Double.BYTES); // no optimizer's state in it
    }
  }

  @Test
  void compiledSignatures_areASetOfTheirOwn() throws IOException {
    BilevelConfig config = Micro.config(1);
    Asked asked = Asked.of(2, 2, 8);
    try (var reference = Micro.program(config);
        var loaded = SavedModelBundle.load(exported(config, reference, true).toString())) {
      assertThat(loaded.signatures().stream().map(Signature::key))
          .contains("serving_default", "serving_default_xla", "score_xla", "no_knowledge_xla");
      assertThat(mustCompile(loaded.metaGraphDef().getGraphDef()))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(name).startsWith("serving_xla/"));
      var inputs = both(asked.factInputs(), asked.candidates());
      assertThat(call(loaded, "score_xla", inputs).get("log_probabilities"))
          .containsExactly(call(loaded, "score", inputs).get("log_probabilities"), within(EXACT));
    }
  }

  /** Names of all nodes, those of functions too, that ask for XLA. */
  private static List<String> mustCompile(GraphDef graph) {
    return Stream.concat(
            graph.getNodeList().stream(),
            graph.getLibrary().getFunctionList().stream()
                .flatMap(function -> function.getNodeDefList().stream()))
        .filter(node -> node.containsAttr("_XlaMustCompile"))
        .map(NodeDef::getName)
        .toList();
  }

  @Test
  void limits_thatTheModelCannotRead_areRefused() {
    ServingLimits limits = new ServingLimits(1, 9, 1, 8, 1, 9, Integer.MAX_VALUE, END);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ServingProgram.build(
                    Micro.config(1), limits, MicroText.FORM, false, TFloat64.class))
        .withMessage(
            "fact_tokens (9) must be at most n_positions (8); question_tokens (8) must be at most"
                + " n_positions - 1 (7); candidate_tokens (9) must be at most n_positions (8);"
                + " max_new_tokens (2147483647) must be at most n_positions - 1 (7)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServingLimits(0, 1, 1, 1, 1, 2, 1, END))
        .withMessage("facts (0) must be at least 1; fact_tokens (1) must be at least 2");
  }
}
