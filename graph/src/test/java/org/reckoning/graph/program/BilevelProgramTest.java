package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterOptimizer;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

class BilevelProgramTest {
  private static final OuterRates LEARN = new OuterRates(0.01, 0.02);

  /** Updates the state of the outer optimizer but no weight. */
  private static final OuterRates FREEZE = new OuterRates(0, 0);

  private static final OuterOptimizer WITHOUT_CLIPPING =
      new OuterOptimizer(
          new AdamW(), new AdamW(), Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  // Errors.

  @Test
  void build_ofWhatCannotWork_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BilevelProgram.build(Micro.config(1), TBfloat16.class))
        .withMessage("dtype (TBfloat16) of a program must be TFloat32 or TFloat64");
    BilevelConfig smallEpsilon =
        Micro.config(1).withInnerOptimizer(new AdamW(0.9, 0.999, 1e-40, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BilevelProgram.build(smallEpsilon, TFloat32.class))
        .withMessage("epsilon (1.0E-40) must be from 1.17549435E-38 to 3.4028235E38 in float32");
    String nothing = "nothing is trained: give a pattern of trained weights or learned inner rates";
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                BilevelProgram.build(
                    Micro.config(1).withTrained().withInnerRates(InnerRates.fixed(0.1)),
                    TFloat32.class))
        .withMessage(nothing);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BilevelProgram.build(Micro.config(0).withTrained(), TFloat32.class))
        .withMessage(nothing);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> BilevelProgram.build(Micro.config(1).withTrained("h.1.*"), TFloat32.class))
        .withMessageStartingWith("trained pattern (h.1.*) matches no tensor; known: wte.weight, ");
  }

  @Test
  void values_thatDoNotFit_areRefusedAndChangeNothing() {
    try (var program =
        Micro.program(
            Micro.config(2)
                .withAdaptation(Adaptation.matching("ln_f.*"))
                .withInnerRates(InnerRates.log(0.1)))) {
      Map<String, double[]> before = weights(program);
      double[][] rates = program.rates();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.assignRates(new double[0][]))
          .withMessage("rates of 0 tensors must be [adapted tensors, inner steps] = [2, 2]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.assignRates(new double[][] {{1, 1}, {1}}))
          .withMessage("rates of 'ln_f.bias' [1] must be one for each inner step [2]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.assignRates(new double[][] {{1, 1}, {1, 0}}))
          .withMessage("inner rate (0.0) of 'ln_f.bias' in step 1 must be positive in log space");

      Map<String, double[]> others = new LinkedHashMap<>(before);
      others.replaceAll((name, values) -> new double[values.length]);
      others.put("ln_f.bias", new double[3]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.initialize(others))
          .withMessage("weight 'ln_f.bias' must have 8 values, for shape [8], but has 3");
      others.remove("ln_f.bias");
      others.put("ln_f.bais", new double[8]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.initialize(others))
          .withMessage(
              "weights given must be those of the model; missing: [ln_f.bias], unknown: [ln_f.bais]");

      TaskShape other = Micro.SHAPE.withTasks(2);
      TaskBatch batch = Micro.batch(other, Micro.tasks(1, 20));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.evaluate(batch))
          .withMessage(
              "batch shape %s must be one of those of the program [%s]"
                  .formatted(other, Micro.SHAPE));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.train(List.of(), LEARN, 0))
          .withMessage("an update needs at least one pass");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.weight("ln_f"))
          .withMessageStartingWith("no tensor 'weights/ln_f'; known: [weights/wte.weight, ");

      assertSame(weights(program), before);
      assertThat(program.rates()).isDeepEqualTo(rates);
      assertThat(program.updates()).isZero();
    }
  }

  @Test
  void assignRates_notFinite_isRefused() {
    try (var program =
        Micro.program(Micro.config(1).withAdaptation(Adaptation.matching("ln_f.bias")))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.assignRates(new double[][] {{Double.NaN}}))
          .withMessage("inner rate (NaN) of 'ln_f.bias' in step 0 must be finite");
      program.assignRates(new double[][] {{-0.5}});
      assertThat(program.rates()).isDeepEqualTo(new double[][] {{-0.5}});
    }
  }

  @ParameterizedTest
  @EnumSource(InnerRates.Space.class)
  void assignRates_infiniteInFloat32_isRefused(InnerRates.Space space) {
    BilevelConfig config =
        Micro.config(1)
            .withAdaptation(Adaptation.matching("ln_f.bias"))
            .withInnerRates(
                space == InnerRates.Space.LOG ? InnerRates.log(0.1) : InnerRates.raw(0.1));
    try (var program = BilevelProgram.build(config, TFloat32.class)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.assignRates(new double[][] {{1e39}}))
          .withMessage("inner rate (1.0E39) of 'ln_f.bias' in step 0 must be finite in float32");
    }
  }

  // The inner loop.

  @Test
  void program_withoutInnerSteps_trainsTheModelItself() {
    try (var program = Micro.program(Micro.config(0).withTrained("ln_f.*"))) {
      TaskBatch batch = Micro.batch();
      PassResult result = program.evaluate(batch);

      assertThat(result.innerSteps()).isZero();
      assertThat(program.rates()).hasDimensions(16, 0);
      program.assignRates(new double[16][0]);
      assertThat(program.gradients(batch, 0)).containsOnlyKeys("ln_f.weight", "ln_f.bias");
      assertSame(program.adapt(batch), weights(program));
      UpdateResult update = program.train(List.of(batch), LEARN, 0);
      assertThat(update.outerLoss()).isCloseTo(result.outerLoss(), within(1e-14));
      assertThat(update.ratesGradientNorm()).isZero();
      assertThat(program.evaluate(batch).outerLoss()).isLessThan(result.outerLoss());
    }
  }

  @Test
  void innerLosses_areThoseBeforeEachStepAndAfterTheLast() {
    TaskBatch batch = Micro.batch();
    try (var program = Micro.program(Micro.config(2).withInnerOptimizer(new Momentum()));
        var one = Micro.program(Micro.config(1).withInnerOptimizer(new Momentum()));
        var frozen = Micro.program(Micro.config(0))) {
      double[][] rates = program.rates();
      one.assignRates(
          Arrays.stream(rates).map(row -> new double[] {row[0]}).toArray(double[][]::new));
      PassResult result = program.evaluate(batch);

      assertThat(result.innerSteps()).isEqualTo(2);
      assertThat(result.innerLoss(0, 0))
          .isCloseTo(frozen.evaluate(batch).innerLoss(0, 0), within(1e-14));
      frozen.initialize(one.adapt(batch));
      assertThat(result.innerLoss(1, 0))
          .isCloseTo(frozen.evaluate(batch).innerLoss(0, 0), within(1e-13));
      frozen.initialize(program.adapt(batch));
      PassResult after = frozen.evaluate(batch);
      assertThat(result.innerLoss(2, 0)).isCloseTo(after.innerLoss(0, 0), within(1e-13));
      assertThat(result.outerLoss()).isCloseTo(after.outerLoss(), within(1e-13));
      assertThat(result.innerLoss(2)).isEqualTo(result.innerLoss(2, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {TFloat32.class, TFloat64.class})
  void initialize_fromASource_setsWhatItHasAndDrawsTheRest(Class<? extends TNumber> type)
      throws IOException {
    try (var program = BilevelProgram.build(Micro.config(2), type)) {
      program.initialize(7);
      double[] random = program.weight("wpe.weight");
      program.initialize(8);
      Shape shape = Objects.requireNonNull(program.layout().shapes().get("ln_f.bias"));
      List<TFloat32> given = new ArrayList<>();
      program.initialize(
          name -> {
            if (!name.equals("ln_f.bias")) {
              return null;
            }
            given.add(TFloat32.tensorOf(shape, DataBuffers.of(0, 0, 0, 0.75f, 0, 0, 0, 0)));
            return given.get(0);
          },
          7);
      double[] bias = new double[(int) shape.size()];
      bias[3] = 0.75;
      assertThat(program.weight("ln_f.bias")).isEqualTo(bias);
      assertThat(program.weight("wpe.weight")).isEqualTo(random);
      assertThat(given).hasSize(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.initialize(name -> TFloat32.vectorOf(1, 2), 7))
          .withMessageContaining("weights 'wte.weight' must be");
    }
  }

  @Test
  void adapt_andEvaluate_changeNoVariable() {
    try (var program = Micro.program(Micro.config(2))) {
      Map<String, double[]> before = weights(program);
      double[][] rates = program.rates();
      TaskBatch batch = Micro.batch();
      double loss = program.evaluate(batch).outerLoss();
      assertThat(program.adapt(batch).get("ln_f.bias")).isNotEqualTo(before.get("ln_f.bias"));
      program.gradients(batch, 0);

      assertSame(weights(program), before);
      assertThat(program.rates()).isDeepEqualTo(rates);
      assertThat(program.evaluate(batch).outerLoss()).isEqualTo(loss);
      assertThat(program.updates()).isZero();
    }
  }

  // What is reported.

  @Test
  void questions_areReportedOneByOne() {
    TaskShape shape = new TaskShape(3, 2, 5, 2, 6);
    List<Task> tasks = Micro.tasks(2, 30);
    BilevelConfig config =
        Micro.config(1, shape, new TaskShape(1, 2, 5, 1, 6))
            .withOuterTerms(
                OuterTerm.answer(1),
                OuterTerm.knowledge(0),
                OuterTerm.recall(2),
                new OuterTerm.Questions("target", 0, Set.of(Span.ANSWER, Span.KNOWLEDGE)));
    try (var program = Micro.program(config)) {
      PassResult result = program.evaluate(Micro.batch(shape, tasks));

      double hits = 0;
      Map<String, Double> means = new HashMap<>();
      for (int n = 0; n < 2; n++) {
        Task task = tasks.get(n);
        for (int q = 0; q < 2; q++) {
          TokenSequence question = task.questions().get(q);
          Task alone = new Task(task.facts(), task.relevant(), List.of(question));
          PassResult single =
              program.evaluate(Micro.batch(new TaskShape(1, 2, 5, 1, 6), List.of(alone)));
          int targets = question.length() - 3;
          assertThat(result.targetTokens(n, q)).isEqualTo(targets);
          assertThat(result.questionLoss(n, q))
              .isCloseTo(
                  targets * Objects.requireNonNull(single.termLosses().get("target")),
                  within(1e-12));
          assertThat(single.questionLoss(0, 0)).isCloseTo(result.questionLoss(n, q), within(1e-12));
          assertThat(result.correctTokens(n, q)).isEqualTo(single.correctTokens(0, 0));
          hits += result.correctTokens(n, q);
          single
              .termLosses()
              .forEach(
                  (name, loss) -> {
                    // The second question has no knowledge and does not count in that term.
                    boolean counts = !name.equals("knowledge") || targets > 1;
                    means.merge(
                        name, counts ? loss / (name.equals("knowledge") ? 2 : 4) : 0, Double::sum);
                  });
        }
      }
      assertThat(result.tokenAccuracy()).isEqualTo(hits / 8);
      assertThat(result.termLosses().keySet())
          .containsExactly("answer", "knowledge", "recall", "target");
      result
          .termLosses()
          .forEach(
              (name, loss) ->
                  assertThat(loss)
                      .as(name)
                      .isCloseTo(Objects.requireNonNull(means.get(name)), within(1e-12)));
      assertThat(result.outerLoss())
          .isCloseTo(
              Objects.requireNonNull(means.get("answer"))
                  + 2 * Objects.requireNonNull(means.get("recall")),
              within(1e-12));
    }
  }

  @Test
  void tokenAccuracy_countsTheLargestLogits() {
    try (var program = Micro.program(Micro.config(0))) {
      // Every position predicts token 7, whatever it reads.
      Map<String, double[]> weights = new LinkedHashMap<>();
      program
          .layout()
          .shapes()
          .forEach((name, shape) -> weights.put(name, new double[(int) shape.size()]));
      double[] words = Objects.requireNonNull(weights.get("wte.weight"));
      words[7 * 8] = 1;
      Objects.requireNonNull(weights.get("ln_f.bias"))[0] = 5;
      program.initialize(weights);
      Task task =
          Task.of(
              List.of(TokenSequence.of(new int[] {1, 2}, 1)),
              List.of(
                  TokenSequence.of(new int[] {7, 7, 7, 3}, 2),
                  TokenSequence.of(new int[] {1, 2, 3}, 1)));
      PassResult result = program.evaluate(Micro.batch(Micro.SHAPE, List.of(task)));

      assertThat(result.correctTokens(0, 0)).isEqualTo(1);
      assertThat(result.correctTokens(0, 1)).isZero();
      assertThat(result.tokenAccuracy()).isEqualTo(0.25);
      // 10 logits are 0 and one is 5.
      double normalizer = Math.log(10 + Math.exp(5));
      assertThat(result.questionLoss(0, 0)).isCloseTo(2 * normalizer - 5, within(1e-13));
      assertThat(result.innerLoss(0)).isCloseTo(normalizer, within(1e-13));
    }
  }

  // Tasks, padding, passes.

  @Test
  void results_doNotDependOnTheTasksOfAPass() {
    TaskShape one = Micro.SHAPE;
    TaskShape three = one.withTasks(3);
    List<Task> tasks = Micro.tasks(3, 40);
    try (var program =
        Micro.program(Micro.config(1, one, three).withInnerOptimizer(new Momentum()))) {
      TaskBatch together = Micro.batch(three, tasks);
      PassResult result = program.evaluate(together);
      Map<String, double[]> gradients = program.gradients(together, 0);
      Map<String, double[]> adapted = program.adapt(together);

      Map<String, double[]> sums = new LinkedHashMap<>();
      double loss = 0;
      for (int n = 0; n < 3; n++) {
        TaskBatch alone = TaskBatch.of(one, Micro.MODEL, tasks.subList(n, n + 1), 3);
        PassResult single = program.evaluate(alone);
        loss += single.outerLoss();
        for (int k = 0; k <= 1; k++) {
          assertThat(result.innerLoss(k, n)).isCloseTo(single.innerLoss(k, 0), within(1e-12));
        }
        add(sums, program.gradients(alone, 0));
        int task = n;
        program
            .adapt(alone)
            .forEach(
                (name, want) -> {
                  double[] copies = Objects.requireNonNull(adapted.get(name));
                  assertThat(
                          Arrays.copyOfRange(copies, task * want.length, (task + 1) * want.length))
                      .as(name)
                      .containsExactly(want, within(1e-12));
                });
      }
      assertThat(result.outerLoss()).isCloseTo(loss, within(1e-12));
      Micro.assertClose(gradients, sums, 1e-12);
    }
  }

  @Test
  void padding_ofTasksFactsAndQuestions_countsForNothing() {
    TaskShape exact = Micro.SHAPE;
    TaskShape larger = new TaskShape(3, 4, 7, 3, 8);
    List<Task> tasks = Micro.tasks(1, 50);
    BilevelConfig config =
        Micro.config(2, exact, larger)
            .withInnerOptimizer(new AdamW())
            .withOuterTerms(OuterTerm.target(), OuterTerm.recall(0.5));
    try (var program = Micro.program(config)) {
      TaskBatch padded = Micro.batch(larger, tasks);
      PassResult result = program.evaluate(padded);
      PassResult want = program.evaluate(Micro.batch(exact, tasks));
      Map<String, double[]> gradients = program.gradients(padded, 0);

      assertThat(result.outerLoss()).isCloseTo(want.outerLoss(), within(1e-13));
      assertThat(result.innerLoss(2)).isCloseTo(want.innerLoss(2), within(1e-13));
      assertThat(result.tokenAccuracy()).isEqualTo(want.tokenAccuracy());
      assertThat(result.questionLoss(1, 0)).isZero();
      Micro.assertClose(gradients, program.gradients(Micro.batch(exact, tasks), 0), 1e-11);

      // Whatever the padding holds.
      fillPadding(padded);
      assertThat(program.evaluate(padded).outerLoss()).isEqualTo(result.outerLoss());
      assertSame(program.gradients(padded, 0), gradients);
    }
  }

  private static void fillPadding(TaskBatch batch) {
    TaskShape shape = batch.shape();
    for (int i = 0; i < batch.factTokens().length; i++) {
      if (i % shape.factTokens() >= batch.factLengths()[i / shape.factTokens()]) {
        batch.factTokens()[i] = 1 + i % 10;
      }
    }
    for (int i = 0; i < batch.questionTokens().length; i++) {
      if (i % shape.questionTokens() >= batch.questionLengths()[i / shape.questionTokens()]) {
        batch.questionTokens()[i] = 1 + i % 10;
      }
    }
  }

  @Test
  void passes_ofOneUpdate_addUp() {
    TaskShape one = Micro.SHAPE;
    TaskShape two = new TaskShape(2, 3, 6, 2, 7);
    TaskShape three = one.withTasks(3);
    List<Task> tasks = Micro.tasks(3, 60);
    BilevelConfig config = Micro.config(1, one, two, three).withInnerRates(InnerRates.log(0.1));
    try (var program = Micro.program(config)) {
      Map<String, double[]> start = weights(program);
      double[][] startRates = program.rates();
      UpdateResult whole = program.train(List.of(Micro.batch(three, tasks)), LEARN, 0);
      Map<String, double[]> want = weights(program);
      double[][] wantRates = program.rates();

      program.initialize(start);
      program.assignRates(startRates);
      UpdateResult parts =
          program.train(
              List.of(
                  TaskBatch.of(two, Micro.MODEL, tasks.subList(0, 2), 3),
                  TaskBatch.of(one, Micro.MODEL, tasks.subList(2, 3), 3)),
              LEARN,
              0);

      assertThat(parts.passes()).hasSize(2);
      assertThat(parts.outerLoss()).isCloseTo(whole.outerLoss(), within(1e-12));
      assertThat(parts.gradientNorm()).isCloseTo(whole.gradientNorm(), within(1e-12));
      assertThat(parts.ratesGradientNorm()).isCloseTo(whole.ratesGradientNorm(), within(1e-12));
      // The first AdamW step is nearly the sign of the gradient, so that it magnifies rounding.
      Micro.assertClose(weights(program), want, 1e-9);
      for (int j = 0; j < wantRates.length; j++) {
        assertThat(program.rates()[j]).containsExactly(wantRates[j], within(1e-9));
      }
    }
  }

  // The outer update.

  @Test
  void train_isTheAdamWOfTheFormula() {
    AdamW ofWeights = new AdamW(0.8, 0.95, 1e-6, 0.3);
    AdamW ofRates = new AdamW(0.7, 0.9, 1e-5, 0.1);
    for (double clip : new double[] {0.05, 1e9}) {
      OuterOptimizer optimizer = new OuterOptimizer(ofWeights, ofRates, clip, clip / 10);
      BilevelConfig config =
          Micro.config(1).withOuterOptimizer(optimizer).withTrained("wte.*", "h.*");
      try (var program = Micro.program(config)) {
        Map<String, double[]> values = new LinkedHashMap<>();
        program.layout().trained().forEach(name -> values.put(name, program.weight(name)));
        values.put("rates", flat(program.rates()));
        Map<String, double[]> m = new HashMap<>();
        Map<String, double[]> v = new HashMap<>();
        double[] constant = program.weight("ln_f.weight");
        for (int t = 1; t <= 2; t++) {
          TaskBatch batch = Micro.batch(Micro.SHAPE, Micro.tasks(1, 70 + t));
          Map<String, double[]> gradients = program.gradients(batch, 0);
          double norm = norm(gradients, false);
          double ratesNorm = norm(gradients, true);
          UpdateResult result = program.train(List.of(batch), LEARN, 0);
          assertThat(result.gradientNorm()).isCloseTo(norm, within(1e-12));
          assertThat(result.ratesGradientNorm()).isCloseTo(ratesNorm, within(1e-12));
          assertThat(norm > clip).isEqualTo(clip < 1);
          int step = t;
          values.forEach(
              (name, theta) -> {
                boolean isRates = name.equals("rates");
                AdamW adamW = isRates ? ofRates : ofWeights;
                double decay =
                    !isRates && (name.endsWith(".bias") || name.contains("ln_"))
                        ? 0
                        : adamW.weightDecay();
                double factor =
                    isRates ? Math.min(1, clip / 10 / ratesNorm) : Math.min(1, clip / norm);
                double rate = isRates ? LEARN.rates() : LEARN.weights();
                double[] first = m.computeIfAbsent(name, key -> new double[theta.length]);
                double[] second = v.computeIfAbsent(name, key -> new double[theta.length]);
                double[] gradient = Objects.requireNonNull(gradients.get(name));
                for (int i = 0; i < theta.length; i++) {
                  double g = factor * gradient[i];
                  first[i] = adamW.beta1() * first[i] + (1 - adamW.beta1()) * g;
                  second[i] = adamW.beta2() * second[i] + (1 - adamW.beta2()) * g * g;
                  double mHat = first[i] / (1 - Math.pow(adamW.beta1(), step));
                  double vHat = second[i] / (1 - Math.pow(adamW.beta2(), step));
                  theta[i] =
                      theta[i] * (1 - rate * decay)
                          - rate * mHat / (Math.sqrt(vHat) + adamW.epsilon());
                }
                double[] got = isRates ? flat(program.rates()) : program.weight(name);
                assertThat(got)
                    .as("%s, update %d", name, step)
                    .containsExactly(theta, within(1e-11));
              });
        }
        assertThat(program.updates()).isEqualTo(2);
        assertThat(program.weight("ln_f.weight")).containsExactly(constant);
      }
    }
  }

  private static double norm(Map<String, double[]> gradients, boolean ofRates) {
    return Math.sqrt(
        gradients.entrySet().stream()
            .filter(entry -> entry.getKey().equals("rates") == ofRates)
            .flatMapToDouble(entry -> Arrays.stream(entry.getValue()))
            .map(x -> x * x)
            .sum());
  }

  @Test
  void train_ofFixedRates_leavesThem() {
    try (var program = Micro.program(Micro.config(1).withInnerRates(InnerRates.fixed(0.1)))) {
      double[][] rates = program.rates();
      Map<String, double[]> before = weights(program);
      UpdateResult result = program.train(List.of(Micro.batch()), LEARN, 0);

      assertThat(program.rates()).isDeepEqualTo(rates);
      assertThat(program.gradients(Micro.batch(), 0)).doesNotContainKey("rates");
      assertThat(result.ratesGradientNorm()).isZero();
      assertThat(program.weight("ln_f.bias")).isNotEqualTo(before.get("ln_f.bias"));
    }
  }

  @Test
  void train_ofRatesAlone_leavesTheWeights() {
    try (var program =
        Micro.program(Micro.config(2).withTrained().withInnerRates(InnerRates.log(0.1)))) {
      double[][] rates = program.rates();
      Map<String, double[]> before = weights(program);
      UpdateResult result = program.train(List.of(Micro.batch()), LEARN, 0);

      assertSame(weights(program), before);
      assertThat(result.gradientNorm()).isZero();
      assertThat(program.rates()[0][0]).isNotEqualTo(rates[0][0]);
      assertThat(program.gradients(Micro.batch(), 0)).containsOnlyKeys("rates");
    }
  }

  // Numbers that are not finite.

  @Test
  void train_ofHugeRates_namesTheLossAndLeavesEverythingAsItWas() {
    BilevelConfig config = Micro.config(1);
    TaskBatch batch = Micro.batch();
    Map<String, double[]> want;
    try (var untroubled = Micro.program(config)) {
      untroubled.train(List.of(batch), LEARN, 0);
      untroubled.train(List.of(batch), LEARN, 0);
      want = weights(untroubled);
    }
    try (var program = Micro.program(config)) {
      program.train(List.of(batch), LEARN, 0);
      Map<String, double[]> before = weights(program);
      double[][] rates = program.rates();
      double[][] huge = program.rates();
      for (double[] row : huge) {
        Arrays.fill(row, 1e200);
      }
      program.assignRates(huge);
      for (List<TaskBatch> passes : List.of(List.of(batch), List.of(batch, batch))) {
        assertThatThrownBy(() -> program.train(passes, LEARN, 0))
            .isInstanceOf(NotFiniteException.class)
            .hasMessage(
                "inner loss of task 0 after 1 inner steps is not finite (NaN): lower the"
                    + " learning rates or look at the data");
      }
      assertThatThrownBy(() -> program.evaluate(batch)).isInstanceOf(NotFiniteException.class);
      assertThat(program.updates()).isEqualTo(1);
      assertSame(weights(program), before);

      // The state of AdamW, too: the next update is as if nothing had happened.
      program.assignRates(rates);
      program.train(List.of(batch), LEARN, 0);
      assertSame(weights(program), want);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void generate_ofHugeRates_isRefused(int innerSteps) {
    TaskBatch batch = Micro.batch();
    try (var program = Micro.program(Micro.config(innerSteps))) {
      double[][] huge = program.rates();
      for (double[] row : huge) {
        Arrays.fill(row, 1e200);
      }
      program.assignRates(huge);
      assertThatThrownBy(() -> program.generate(batch, Decoding.greedy(2, -1)))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageStartingWith(
              "log-probability of an answer to question 0 of task 0 is not finite (NaN): ");
    }
  }

  @Test
  void adapt_ofHugeRates_isRefused() {
    TaskBatch batch = Micro.batch();
    try (var program = Micro.program(Micro.config(2))) {
      double[][] huge = program.rates();
      for (double[] row : huge) {
        Arrays.fill(row, 1e200);
      }
      program.assignRates(huge);
      assertThatThrownBy(() -> program.adapt(batch))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageStartingWith("adapted weight 'wte.weight' is not finite (NaN): ");
      assertThatThrownBy(() -> program.gradients(batch, 0))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageStartingWith("gradient of 'wte.weight' is not finite (NaN): ");
    }
  }

  @Test
  void train_ofAHugeGradient_namesTheTensor() {
    BilevelConfig config =
        Micro.config(1)
            .withAdaptation(Adaptation.matching("ln_f.bias"))
            .withTrained("wte.weight")
            .withInnerRates(InnerRates.fixed(0.1));
    try (var program = Micro.program(config)) {
      program.assignRates(new double[][] {{1e170}}); // its gradient is finite, its square not
      double[] before = program.weight("wte.weight");

      assertThatThrownBy(() -> program.train(List.of(Micro.batch()), LEARN, 0))
          .isInstanceOf(NotFiniteException.class)
          .hasMessage(
              "squared norm of the gradient of 'wte.weight' is not finite (Infinity): lower the"
                  + " learning rates or look at the data");
      assertThat(program.weight("wte.weight")).containsExactly(before);
      assertThat(program.updates()).isZero();
    }
  }

  /** Single precision has no such norm, so there is no limit. */
  @Test
  void train_withANormBeyondSinglePrecision_clipsNothing() {
    OuterOptimizer huge = new OuterOptimizer(new AdamW(), new AdamW(), 1e39, 1e39);
    BilevelConfig config = Micro.config(1);
    try (var limited = BilevelProgram.build(config.withOuterOptimizer(huge), TFloat32.class);
        var free =
            BilevelProgram.build(config.withOuterOptimizer(WITHOUT_CLIPPING), TFloat32.class)) {
      limited.initialize(7);
      free.initialize(7);
      limited.train(List.of(Micro.batch()), LEARN, 0);
      free.train(List.of(Micro.batch()), LEARN, 0);
      assertSame(weights(limited), weights(free));
    }
  }

  @Test
  void train_onAWeightThatIsNotANumber_namesTheLoss() {
    try (var program = Micro.program(Micro.config(1))) {
      Map<String, double[]> weights = weights(program);
      Objects.requireNonNull(weights.get("h.0.mlp.c_fc.bias"))[3] = Double.NaN;
      program.initialize(weights);

      assertThatThrownBy(() -> program.train(List.of(Micro.batch()), LEARN, 0))
          .isInstanceOf(NotFiniteException.class)
          .hasMessage(
              "inner loss of task 0 after 0 inner steps is not finite (NaN): lower the"
                  + " learning rates or look at the data");
      assertSame(weights(program), weights);
    }
  }

  /** Nothing but the reported loss of the facts sees their last position. */
  @Test
  void train_whereOnlyAReportedLossIsNotFinite_changesNothing() {
    TaskShape shape = new TaskShape(1, 2, 5, 2, 4);
    Task task = Micro.task(20);
    Task shorter = Task.of(task.facts(), List.of(task.questions().get(1)));
    try (var program = Micro.program(Micro.config(0, shape))) {
      Map<String, double[]> weights = weights(program);
      Objects.requireNonNull(weights.get("wpe.weight"))[4 * 8] = Double.NaN;
      program.initialize(weights);

      assertThatThrownBy(
              () -> program.train(List.of(Micro.batch(shape, List.of(shorter))), LEARN, 0))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageStartingWith("inner loss of task 0 after 0 inner steps is not finite (NaN)");
      assertSame(weights(program), weights);
    }
  }

  // Seeds.

  @Test
  void initialize_withTheSameSeed_givesTheSameBits() {
    try (var program = BilevelProgram.build(Micro.config(2), TFloat32.class)) {
      program.initialize(7);
      double[] first = run(program);
      Map<String, double[]> weights = weights(program);
      program.initialize(7);
      assertThat(program.updates()).isZero();
      assertThat(run(program)).containsExactly(first);
      assertSame(weights(program), weights);
      program.initialize(8);
      assertThat(run(program)).isNotEqualTo(first);
    }
  }

  /** So that a float64 program can check a float32 one. */
  @Test
  void initialize_ofFloat64_givesTheNumbersOfFloat32() {
    BilevelConfig config =
        Micro.config(1).withAdaptation(Adaptation.lora(2, 3, "attn.c_attn", "mlp.c_fc"));
    try (var program = BilevelProgram.build(config, TFloat32.class);
        var wide = BilevelProgram.build(config, TFloat64.class)) {
      program.initialize(7);
      wide.initialize(7);
      assertThat(program.layout().shapes()).containsKey("h.0.attn.c_attn.lora_A");
      assertSame(weights(wide), weights(program));
    }
  }

  private static double[] run(BilevelProgram<?> program) {
    return List.of(80, 81, 82).stream()
        .mapToDouble(
            seed ->
                program
                    .train(List.of(Micro.batch(Micro.SHAPE, Micro.tasks(1, seed))), LEARN, 0)
                    .outerLoss())
        .toArray();
  }

  @Test
  void dropout_isAFunctionOfTheSeed() {
    TaskBatch batch = Micro.batch();
    BilevelConfig config =
        Micro.config(2).withDropout(0.2, 0.3).withOuterOptimizer(WITHOUT_CLIPPING);
    try (var program = Micro.program(config);
        var without = Micro.program(Micro.config(2))) {
      double loss = program.train(List.of(batch), FREEZE, 5).outerLoss();
      Map<String, double[]> gradients = program.gradients(batch, 5);

      assertThat(program.train(List.of(batch), FREEZE, 5).outerLoss()).isEqualTo(loss);
      assertSame(program.gradients(batch, 5), gradients);
      assertThat(program.train(List.of(batch), FREEZE, 6).outerLoss()).isNotEqualTo(loss);
      // Evaluation has no dropout, neither in the inner steps nor after them.
      assertThat(program.evaluate(batch).outerLoss())
          .isEqualTo(without.evaluate(batch).outerLoss())
          .isNotEqualTo(loss);
      assertSame(program.adapt(batch), without.adapt(batch));
    }
  }

  @Test
  void xla_off_asksForNoCompilation() {
    assertThat(Micro.config(1).xla()).isEqualTo(XlaMode.OFF);
    try (var program = Micro.program(Micro.config(1))) {
      assertThat(program.type()).isEqualTo(TFloat64.class);
      assertThat(program.wholePasses(Micro.SHAPE)).isEmpty();
    }
  }

  // Helpers.

  private static Map<String, double[]> weights(BilevelProgram<?> program) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    program.layout().shapes().keySet().forEach(name -> weights.put(name, program.weight(name)));
    return weights;
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  private static void add(Map<String, double[]> sums, Map<String, double[]> more) {
    more.forEach(
        (name, values) ->
            sums.merge(
                name,
                values,
                (a, b) -> {
                  double[] sum = new double[a.length];
                  Arrays.setAll(sum, i -> a[i] + b[i]);
                  return sum;
                }));
  }

  /** The same names and the same bits. */
  private static void assertSame(Map<String, double[]> got, Map<String, double[]> want) {
    assertThat(got.keySet()).containsExactlyElementsOf(want.keySet());
    want.forEach(
        (name, values) -> assertThat(Arrays.equals(got.get(name), values)).as(name).isTrue());
  }
}
