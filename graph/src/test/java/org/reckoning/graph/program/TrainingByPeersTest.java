package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.peers.ThreadPeers;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** Threads take the place of processes. */
class TrainingByPeersTest {
  private static final OuterRates RATES = new OuterRates(0.01, 0.02);
  private static final TaskShape ONE = Micro.SHAPE;
  private static final TaskShape TWO = new TaskShape(2, 2, 5, 3, 7);
  private static final BilevelConfig CONFIG =
      Micro.config(1, ONE).withInnerRates(InnerRates.log(0.1));

  /** Programs of two shapes that most tests share: building takes longer than training. */
  private static final Programs PROGRAMS =
      new Programs(CONFIG.withShapes(ONE, TWO), TFloat32.class, 4);

  @TempDir Path directory;

  @AfterAll
  static void closePrograms() {
    PROGRAMS.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void training_byAnyNumberOfProcesses_givesTheBitsOfOne(int size) throws Exception {
    assertBitsOfOne(PROGRAMS, size);
  }

  static Stream<BilevelConfig> configs() {
    return Stream.of(
        CONFIG
            .withShapes(TWO)
            .withInnerOptimizer(new AdamW())
            .withAdaptation(Adaptation.lora(2, 4, "attn.c_attn"))
            .withDropout(0.2, 0.3)
            .withTaskGroups(2),
        CONFIG.withXla(XlaMode.SEGMENTS));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void training_byTwoProcesses_givesTheBitsOfOne(BilevelConfig config) throws Exception {
    try (Programs programs = new Programs(config, TFloat64.class, 2)) {
      assertBitsOfOne(programs, 2);
    }
  }

  private void assertBitsOfOne(Programs programs, int size) throws Exception {
    Path alone = directory.resolve("alone");
    List<UpdateResult> want = train(programs.initialized(0, Peers.ALONE), alone);
    ThreadPeers.run(
        size,
        peers -> {
          Path own = directory.resolve("rank-" + peers.rank());
          List<UpdateResult> got = train(programs.initialized(peers.rank(), peers), own);
          assertThat(got).usingRecursiveComparison().isEqualTo(want);
          assertSameFiles(own, alone);
          return got;
        });
  }

  private static List<UpdateResult> train(BilevelProgram<?> program, Path file) {
    List<UpdateResult> results = new ArrayList<>();
    for (int update = 0; update < 2; update++) {
      results.add(program.train(passes(program, update), RATES, update));
    }
    program.save(file.toString());
    return results;
  }

  /** Five passes of all shapes. */
  private static List<TaskBatch> passes(BilevelProgram<?> program, int update) {
    List<TaskShape> shapes = program.config().shapes();
    List<TaskBatch> passes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      TaskShape shape = shapes.get((i / 2 + update) % shapes.size());
      passes.add(
          TaskBatch.of(
              shape, Micro.MODEL, Micro.tasks(shape.tasks(), 100 * update + 10 * i), 6 + update));
    }
    return passes;
  }

  @Test
  void broadcast_ofATrainedProgram_givesAllItsState() throws Exception {
    Path first = directory.resolve("first");
    train(PROGRAMS.initialized(0, Peers.ALONE), first);
    ThreadPeers.run(
        3,
        peers -> {
          BilevelProgram<?> program = PROGRAMS.get(peers.rank());
          program.join(peers);
          if (!peers.isFirst()) {
            program.initialize(peers.rank());
          }
          program.broadcast();
          Path own = directory.resolve("after-" + peers.rank());
          program.save(own.toString());
          assertThat(program.updates()).isEqualTo(2);
          assertSameFiles(own, first);
          return own;
        });
  }

  @Test
  void training_ofAnEvaluationProgram_isStillRefused() throws Exception {
    ThreadPeers.run(
        2,
        peers -> {
          try (var program = BilevelProgram.forEvaluation(Micro.config(0), TFloat32.class)) {
            program.initialize(peers.rank());
            program.join(peers);
            program.broadcast();
            assertThatIllegalStateException()
                .isThrownBy(() -> program.train(List.of(Micro.batch()), RATES, 0))
                .withMessage("a program for evaluation cannot train");
            return program.weight("wte.weight");
          }
        });
  }

  /** NaN at a position that only some shapes have, in the facts or in the questions alone. */
  @Test
  void lossThatIsNotFinite_ofOneProcess_isFoundByAll() throws Exception {
    TaskShape longFacts = new TaskShape(1, 2, 7, 2, 6);
    TaskShape longQuestions = new TaskShape(1, 2, 5, 2, 7);
    TaskBatch good = Micro.batch(ONE, Micro.tasks(1, 20));
    TaskBatch badFacts = Micro.batch(longFacts, Micro.tasks(1, 20));
    TaskBatch badQuestions = Micro.batch(longQuestions, Micro.tasks(1, 20));
    BilevelConfig config = Micro.config(0, ONE, longFacts, longQuestions);
    try (Programs programs = new Programs(config, TFloat64.class, 2)) {
      ThreadPeers.run(
          2,
          peers -> {
            BilevelProgram<?> program = programs.initialized(peers.rank(), peers);
            Map<String, double[]> weights = Micro.weights(program.layout(), 3);
            Objects.requireNonNull(weights.get("wpe.weight"))[6 * 8] = Double.NaN;
            program.initialize(weights);
            String text = " is not finite (NaN): lower the learning rates";
            assertThatThrownBy(() -> program.train(List.of(badQuestions, badFacts), RATES, 0))
                .isInstanceOf(NotFiniteException.class)
                .hasMessageStartingWith("outer loss" + text);
            assertThatThrownBy(
                    () -> program.train(List.of(good, good, badFacts, badQuestions), RATES, 0))
                .isInstanceOf(NotFiniteException.class)
                .hasMessageStartingWith("inner loss of task 0 after 0 inner steps" + text);
            assertThat(program.updates()).isZero();
            assertThat(program.weight("h.0.mlp.c_fc.weight"))
                .containsExactly(weights.get("h.0.mlp.c_fc.weight"));
            assertThat(program.train(List.of(good, good), RATES, 0).passes()).hasSize(2);
            return program.updates();
          });
    }
  }

  @Test
  void update_whereOneProcessGivesUp_isStoppedByAll() throws Exception {
    Path alone = directory.resolve("alone");
    train(PROGRAMS.initialized(0, Peers.ALONE), alone);
    ThreadPeers.run(
        2,
        peers -> {
          BilevelProgram<?> program = PROGRAMS.initialized(peers.rank(), peers);
          AtomicInteger asked = new AtomicInteger();
          boolean givesUp = peers.rank() == 1;
          assertThat(
                  program.train(
                      passes(program, 0), RATES, 0, () -> asked.incrementAndGet() == 2 && givesUp))
              .isEmpty();
          assertThat(asked).hasValue(2); // 5 passes are 3 rounds
          assertThat(program.updates()).isZero();

          Path own = directory.resolve("stopped-" + peers.rank());
          train(program, own);
          assertSameFiles(own, alone);
          return own;
        });
  }

  @Test
  void updates_thatCannotBeShared_areRefusedByAll() throws Exception {
    TaskBatch other = Micro.batch(ONE.withTasks(3), Micro.tasks(1, 20));
    ThreadPeers.run(
        3,
        peers -> {
          BilevelProgram<?> program = PROGRAMS.initialized(peers.rank(), peers);
          TaskBatch batch = Micro.batch();
          assertThatIllegalArgumentException()
              .isThrownBy(() -> program.train(List.of(batch, batch), RATES, 0))
              .withMessage(
                  "passes of an update (2) must be at least as many as processes (3);"
                      + " start fewer processes or accumulate more passes");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> program.train(List.of(batch, batch, other), RATES, 0))
              .withMessageStartingWith("batch shape ");
          assertThatIllegalStateException()
              .isThrownBy(() -> program.trace(batch, RATES, 0))
              .withMessage("only a process that trains alone can trace an update");
          return program.updates();
        });
  }

  private static void assertSameFiles(Path got, Path want) throws Exception {
    for (String suffix : List.of(".index", ".data-00000-of-00001")) {
      assertThat(Files.readAllBytes(Path.of(got + suffix)))
          .isEqualTo(Files.readAllBytes(Path.of(want + suffix)));
    }
  }

  /** Programs of one configuration, one for each rank. */
  private static final class Programs implements AutoCloseable {
    private final List<BilevelProgram<?>> programs = new ArrayList<>();

    Programs(BilevelConfig config, Class<? extends TNumber> type, int count) {
      for (int rank = 0; rank < count; rank++) {
        programs.add(BilevelProgram.build(config, type));
      }
    }

    BilevelProgram<?> get(int rank) {
      return programs.get(rank);
    }

    BilevelProgram<?> initialized(int rank, Peers peers) {
      BilevelProgram<?> program = programs.get(rank);
      program.initialize(7);
      program.join(peers);
      return program;
    }

    @Override
    public void close() {
      programs.forEach(BilevelProgram::close);
    }
  }
}
