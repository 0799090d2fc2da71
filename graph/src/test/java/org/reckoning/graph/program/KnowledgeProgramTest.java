package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.types.TFloat64;

/** What a program that keeps facts says is what a program says that adapts for each question. */
class KnowledgeProgramTest {
  private static final TaskShape SHAPE = Micro.SHAPE;
  private static final Decoding GREEDY = Decoding.greedy(3, -1);

  @TempDir Path directory;

  static Stream<Arguments> configurations() {
    BilevelConfig config = Micro.config(2);
    return Stream.of(
        Arguments.of("all weights", config),
        Arguments.of("AdamW", config.withInnerOptimizer(new AdamW())),
        Arguments.of("rates in log space", config.withInnerRates(InnerRates.log(0.1))),
        Arguments.of("compiled in segments", config.withXla(XlaMode.SEGMENTS)),
        Arguments.of("compiled as a whole", config.withXla(XlaMode.WHOLE)),
        Arguments.of(
            "AdamW, compiled as a whole",
            config.withInnerOptimizer(new AdamW()).withXla(XlaMode.WHOLE)),
        Arguments.of("factors", config.withAdaptation(Adaptation.lora(2, 3, "attn.c_attn"))),
        Arguments.of("a pattern", config.withAdaptation(Adaptation.matching("h.0.mlp.*"))),
        Arguments.of("no inner loop", Micro.config(0)),
        Arguments.of("micro-batches", config.withInnerMicroFacts(1)),
        Arguments.of(
            "micro-batches, momentum",
            config.withInnerOptimizer(new Momentum()).withInnerMicroFacts(1)),
        Arguments.of(
            "micro-batches, AdamW, compiled",
            config
                .withInnerOptimizer(new AdamW())
                .withInnerMicroFacts(1)
                .withXla(XlaMode.SEGMENTS)),
        Arguments.of(
            "micro-batches, factors",
            config
                .withAdaptation(Adaptation.lora(2, 3, "attn.c_attn"))
                .withInnerRates(InnerRates.log(0.1))
                .withInnerMicroFacts(1)),
        Arguments.of(
            "micro-batches, sum over the root of the facts",
            config.withInnerLoss(InnerLoss.ROOT).withInnerMicroFacts(1)),
        Arguments.of("micro-batches, no inner loop", Micro.config(0).withInnerMicroFacts(1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void answers_afterOneEncoding_areThoseOfAdaptingEachTime(String name, BilevelConfig config) {
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      for (long seed : List.of(20L, 21L, 20L)) { // other facts, and the first again
        TaskBatch batch = Micro.batch(SHAPE, Micro.tasks(1, seed));
        PassResult want = reference.evaluate(batch);

        double[] innerLosses = program.encode(batch);
        for (int k = 0; k <= config.innerSteps(); k++) {
          assertThat(innerLosses[k]).isCloseTo(want.innerLoss(k, 0), within(1e-12));
        }
        for (int times = 0; times < 2; times++) {
          double[] losses = program.score(batch);
          for (int q = 0; q < SHAPE.questions(); q++) {
            assertThat(losses[q]).isCloseTo(want.questionLoss(0, q), within(1e-12));
          }
        }
        Generation texts = program.generate(batch, GREEDY);
        Generation wantTexts = reference.generate(batch, GREEDY);
        for (int q = 0; q < SHAPE.questions(); q++) {
          assertThat(texts.tokens(0, q)).containsExactly(wantTexts.tokens(0, q));
        }
      }
    }
  }

  @Test
  void forget_goesBackToTheInitialWeights() {
    BilevelConfig config = Micro.config(2);
    TaskBatch batch = Micro.batch();
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      double[] before = program.score(batch);
      program.encode(batch);
      assertThat(program.score(batch)).isNotEqualTo(before);
      program.forget();
      assertThat(program.score(batch)).isEqualTo(before);
    }
  }

  @Test
  void score_thatIsNotFinite_isRefused() {
    BilevelConfig config = Micro.config(0);
    try (var reference = Micro.program(config)) {
      Map<String, double[]> weights = Micro.weights(reference.layout(), 1);
      Map<String, Double> factors = Map.of("wte.weight", 1e150, "ln_f.weight", 1e300); // overflow
      weights.replaceAll(
          (name, numbers) ->
              Arrays.stream(numbers).map(each -> each * factors.getOrDefault(name, 1.0)).toArray());
      reference.initialize(weights);
      try (var program = restored(config, reference)) {
        assertThatThrownBy(() -> program.score(Micro.batch()))
            .isInstanceOf(NotFiniteException.class)
            .hasMessageStartingWith("loss of a question is not finite");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1}) // all facts at once, and micro-batches
  void encode_thatDiverges_saysSoAndForgets(int microFacts) {
    BilevelConfig config = Micro.config(2).withInnerMicroFacts(microFacts);
    TaskBatch batch = Micro.batch();
    try (var reference = Micro.program(config)) {
      double[][] rates = reference.rates();
      for (double[] row : rates) {
        Arrays.fill(row, 1e300);
      }
      reference.assignRates(rates);
      try (var program = restored(config, reference)) {
        double[] before = program.score(batch);
        assertThatThrownBy(() -> program.encode(batch))
            .isInstanceOf(NotFiniteException.class)
            .hasMessageContaining("inner loss after 1 inner steps");
        assertThat(program.score(batch)).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void encode_inMicroBatches_reportsItsProgress(int microFacts) {
    TaskShape shape = SHAPE.withFacts(5);
    TaskBatch batch = Micro.batch(shape, Micro.tasks(1, 20)); // two facts and three of padding
    BilevelConfig config = Micro.config(2, shape);
    try (var reference = Micro.program(config);
        var program = restored(config.withInnerMicroFacts(microFacts), reference)) {
      List<String> progress = new ArrayList<>();
      double[] losses =
          program.encode(batch, (microBatches, of) -> progress.add(microBatches + " of " + of));

      int all = 3 * ((5 + microFacts - 1) / microFacts); // two inner steps and the last losses
      assertThat(progress).hasSize(all).startsWith("1 of " + all).endsWith(all + " of " + all);
      PassResult want = reference.evaluate(batch);
      for (int k = 0; k <= 2; k++) {
        assertThat(losses[k]).isCloseTo(want.innerLoss(k, 0), within(1e-12));
      }
    }
  }

  @Test
  void encode_ofAllFactsAtOnce_reportsOneRun() {
    BilevelConfig config = Micro.config(2);
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      List<String> progress = new ArrayList<>();
      program.encode(Micro.batch(), (microBatches, of) -> progress.add(microBatches + " of " + of));
      assertThat(progress).containsExactly("1 of 1");
    }
  }

  @Test
  void graph_ofMicroBatches_doesNotGrowWithTheFacts() {
    BilevelConfig config = Micro.config(2).withInnerMicroFacts(1);
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      program.encode(Micro.batch());
      int nodes = program.graph().toGraphDef().getNodeCount();
      program.encode(Micro.batch(SHAPE.withFacts(7), Micro.tasks(1, 21)));
      assertThat(program.graph().toGraphDef().getNodeCount()).isEqualTo(nodes);
    }
  }

  static Stream<Throwable> interruptions() {
    return Stream.of(new IllegalStateException("enough"), new AssertionError("enough"));
  }

  @ParameterizedTest
  @MethodSource("interruptions")
  void encode_thatIsInterruptedByItsListener_forgets(Throwable interruption) {
    BilevelConfig config = Micro.config(2).withInnerMicroFacts(1);
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      double[] before = program.score(Micro.batch());
      assertThatThrownBy(
              () ->
                  program.encode(
                      Micro.batch(),
                      (microBatches, of) -> {
                        if (microBatches == 4) {
                          throwIt(interruption);
                        }
                      }))
          .isSameAs(interruption);
      assertThat(program.score(Micro.batch())).isEqualTo(before);
    }
  }

  /** The file has the first weights and lacks the later ones. */
  @Test
  void restore_ofAnotherModel_forgetsTheFacts() {
    BilevelConfig config = Micro.config(2);
    BilevelConfig factors = config.withAdaptation(Adaptation.lora(2, 3, "attn.c_attn"));
    String file = directory.resolve("other").toString();
    TaskBatch batch = Micro.batch();
    try (var reference = Micro.program(factors);
        var program = restored(factors, reference);
        var other = Micro.program(config)) {
      double[] before = program.score(batch);
      program.encode(batch);
      other.save(file); // the same weights, without factors
      assertThatThrownBy(() -> program.restore(file))
          .isInstanceOf(TensorFlowException.class)
          .hasMessageContaining("lora_A");
      assertThat(program.score(batch)).isEqualTo(before);
    }
  }

  @Test
  void restore_ofAMissingFileIntoANewProgram_namesTheFile() {
    try (var program = KnowledgeProgram.build(Micro.config(1), TFloat64.class)) {
      assertThatThrownBy(() -> program.restore(directory.resolve("missing").toString()))
          .isInstanceOf(TensorFlowException.class)
          .hasMessageContaining("missing");
    }
  }

  @Test
  void encode_ofSeveralTasks_isRefused() {
    TaskShape two = SHAPE.withTasks(2);
    try (var program = KnowledgeProgram.build(Micro.config(1), TFloat64.class)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.encode(Micro.batch(two, Micro.tasks(2, 1))))
          .withMessage("tasks (2) must be 1: one body of knowledge is kept at a time");
    }
  }

  private static void throwIt(Throwable unchecked) {
    if (unchecked instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) unchecked;
  }

  private KnowledgeProgram<TFloat64> restored(
      BilevelConfig config, BilevelProgram<TFloat64> reference) {
    String prefix = directory.resolve("variables").toString();
    reference.save(prefix);
    KnowledgeProgram<TFloat64> program = KnowledgeProgram.build(config, TFloat64.class);
    program.restore(prefix);
    return program;
  }
}
