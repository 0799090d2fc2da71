package org.reckoning.graph.unroll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.Micro;
import org.reckoning.graph.program.PassResult;
import org.reckoning.graph.program.UpdateResult;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Which dropout masks a training sees: each once, and again only where it is computed again. */
class DropoutMasksTest {
  private static final int K = 2;
  private static final int GROUPS = 2;
  private static final TaskShape TWO = Micro.SHAPE.withTasks(2);
  private static final OuterRates FREEZE = new OuterRates(0, 0);
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  /** Seeds of updates: derived ones, and some that are as far apart as generators step. */
  private static final long[] UPDATES = {
    RandomSeed.of(42, "update", 1), RandomSeed.of(42, "update", 2), 7, 8, 7 + GAMMA, 7 - GAMMA
  };

  private static BilevelConfig config(InnerOptimizer optimizer) {
    return Micro.config(K, TWO)
        .withDropout(0.3, 0.3)
        .withTaskGroups(GROUPS)
        .withInnerOptimizer(optimizer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adamw"})
  void seeds_ofAllCalls_differButForAStepAndItsPullback(String optimizer) {
    BilevelConfig config = config(optimizer.equals("sgd") ? new Sgd() : new AdamW());
    try (var program = BilevelProgram.build(config, TFloat32.class)) {
      Map<String, Operand<?>> seeds = seedsOfCalls(program);
      Set<Long> seen = new HashSet<>();
      for (long update : UPDATES) {
        for (int pass = 0; pass < 2; pass++) {
          Map<String, Long> values = run(program, seeds, RandomSeed.of(update, "pass", pass));
          for (int group = 0; group < GROUPS; group++) {
            String path = "train/group_" + group + "/";
            seen.add(Objects.requireNonNull(values.get(path + "outer")));
            for (int k = 0; k < K; k++) {
              Long step = Objects.requireNonNull(values.get(path + "inner_" + k));
              seen.add(step);
              assertThat(values.get(path + "pullback_" + k)).isEqualTo(step);
            }
          }
        }
      }
      assertThat(seen).hasSize(UPDATES.length * 2 * GROUPS * (K + 1));
    }
  }

  /** The seed that each call reads, by the call's scope. */
  private static Map<String, Operand<?>> seedsOfCalls(BilevelProgram<?> program) {
    Map<String, Segment> segments =
        program.segments(TWO).stream()
            .collect(
                Collectors.toMap(Segment::functionName, Function.identity(), (one, same) -> one));
    Map<String, Operand<?>> seeds = new LinkedHashMap<>();
    program
        .graph()
        .operations()
        .forEachRemaining(
            op -> {
              if (op.type().equals("StatefulPartitionedCall")) {
                GraphOperation call = op;
                String function = call.attributes().getAttrValueProto("f").getFunc().getName();
                int place =
                    Objects.requireNonNull(segments.get(function))
                        .passedArguments()
                        .indexOf("seed");
                if (place >= 0) {
                  seeds.put(
                      call.name().substring(0, call.name().lastIndexOf('/')), call.input(place));
                }
              }
            });
    return seeds;
  }

  private static Map<String, Long> run(
      BilevelProgram<?> program, Map<String, Operand<?>> seeds, long fed) {
    Map<Operand<?>, Long> drawn = new LinkedHashMap<>();
    seeds.values().forEach(each -> drawn.put(each.asOutput(), 0L));
    try (Session session = GraphSession.open(program.graph());
        TInt64 seed = TInt64.scalarOf(fed)) {
      Session.Runner runner = session.runner().feed("feeds/seed", seed);
      drawn.keySet().forEach(runner::fetch);
      try (Result fetched = runner.run()) {
        int i = 0;
        for (Map.Entry<Operand<?>, Long> each : drawn.entrySet()) {
          each.setValue(((TInt64) fetched.get(i++)).getLong());
        }
      }
    }
    Map<String, Long> values = new HashMap<>();
    seeds.forEach((call, each) -> values.put(call, drawn.get(each.asOutput())));
    return values;
  }

  /** Masks of a tensor of ones, for the seeds that the calls of a training read. */
  @Test
  void masks_ofUpdatesPassesGroupsStepsInputsAndSites_differ() {
    List<Operand<?>> masked = new ArrayList<>();
    try (var program = BilevelProgram.build(config(new Sgd()), TFloat32.class);
        TestTensors tensors = new TestTensors()) {
      Ops tf = tensors.tf();
      Segment masks = masks();
      Map<String, Operand<?>> seeds = seedsOfCalls(program);
      for (long update : UPDATES) {
        for (int pass = 0; pass < 2; pass++) {
          Map<String, Long> values = run(program, seeds, RandomSeed.of(update, "pass", pass));
          values.keySet().removeIf(call -> call.contains("pullback"));
          for (long seed : values.values()) {
            Tensors argument = new Tensors().put("seed", tf.constant(seed));
            masked.addAll(masks.call(tf, argument, false).values());
          }
        }
      }
      List<double[]> values = tensors.values(masked);
      assertThat(values).hasSize(UPDATES.length * 2 * GROUPS * (K + 1) * 2 * 3);
      assertThat(values.stream().map(Arrays::toString).distinct()).hasSameSizeAs(values);
    }
  }

  /** The masks of three sites of facts, and of questions. */
  private static Segment masks() {
    return Segment.define(
        "masks",
        new Specs().tensor("seed", TInt64.class, Shape.scalar()),
        List.of(),
        (tf, in) -> {
          Operand<TFloat64> ones = tf.fill(tf.constant(new long[] {128}), tf.constant(1.0));
          Tensors masks = new Tensors();
          for (String input : List.of("facts", "questions")) {
            Dropout<TFloat64> dropout = new Dropout<>(0.3, in.get("seed", TInt64.class), input);
            for (int site = 0; site < 3; site++) {
              masks.put(input + "/" + site, dropout.apply(tf, ones));
            }
          }
          return masks;
        });
  }

  /** Where no weight moves, a loss depends on its mask alone. */
  @Test
  void losses_ofUpdatesPassesGroupsAndSteps_areOfOtherMasks() {
    Task task = Micro.task(90);
    TaskBatch batch = Micro.batch(TWO, List.of(task, task)); // a task for each group
    BilevelConfig config =
        config(new Sgd()).withOuterTerms(OuterTerm.target(), OuterTerm.recall(0.5));
    try (var program = Micro.program(config)) {
      program.assignRates(new double[program.layout().adapted().size()][K]);
      List<Double> losses = new ArrayList<>();
      for (long update : UPDATES) {
        for (PassResult pass : program.train(List.of(batch, batch), FREEZE, update).passes()) {
          for (int group = 0; group < GROUPS; group++) {
            for (int k = 0; k <= K; k++) { // the last one is of the outer masks
              losses.add(pass.innerLoss(k, group));
            }
          }
        }
      }
      assertThat(losses).hasSize(UPDATES.length * 2 * GROUPS * (K + 1)).doesNotHaveDuplicates();
      program.train(List.of(batch), FREEZE, 7);
      assertThat(losses)
          .as("the first of several passes has the masks of one alone")
          .contains(program.train(List.of(batch), FREEZE, 7).passes().get(0).innerLoss(1, 1));
    }
  }

  /** Facts and questions of the outer loss are read side by side. */
  @Test
  void masks_ofFactsAndQuestionsInOneCall_differ() {
    TokenSequence text = TokenSequence.of(new int[] {3, 1, 4, 1, 5}, 1);
    TaskShape shape = new TaskShape(1, 1, 5, 1, 5);
    TaskBatch batch = Micro.batch(shape, List.of(Task.of(List.of(text), List.of(text))));
    BilevelConfig config =
        Micro.config(0, shape).withOuterTerms(OuterTerm.target(), OuterTerm.recall(1));
    try (var without = Micro.program(config);
        var program = Micro.program(config.withDropout(0, 0.3))) {
      PassResult same = without.train(List.of(batch), FREEZE, 1).passes().get(0);
      PassResult masked = program.train(List.of(batch), FREEZE, 1).passes().get(0);

      assertThat(same.innerLoss(0)).isCloseTo(target(same), within(1e-12));
      assertThat(masked.innerLoss(0)).isNotCloseTo(target(masked), within(1e-3));
    }
  }

  private static double target(PassResult result) {
    return Objects.requireNonNull(result.termLosses().get("target"));
  }

  @ParameterizedTest
  @CsvSource({"OFF,false,1e-4", "SEGMENTS,true,1e-10", "WHOLE,true,1e-10"})
  void losses_ofEveryXlaModeAndDtype_areOfTheSameMasks(
      XlaMode mode, boolean wide, double tolerance) {
    BilevelConfig config = Micro.config(1).withDropout(0.3, 0.3);
    BilevelConfig compiled = config.withXla(mode);
    List<Double> got =
        wide
            ? losses(compiled, TFloat64.class, Micro.batch())
            : losses(compiled, TFloat32.class, Micro.batch());

    assertThat(got)
        .usingComparatorForType((a, b) -> Math.abs(a - b) < tolerance ? 0 : 1, Double.class)
        .containsExactlyElementsOf(losses(config, TFloat64.class, Micro.batch()));
  }

  private static <T extends TNumber> List<Double> losses(
      BilevelConfig config, Class<T> type, TaskBatch batch) {
    try (var program = BilevelProgram.build(config, type)) {
      program.initialize(Micro.weights(program.layout(), 3));
      UpdateResult update = program.train(List.of(batch), FREEZE, 5);
      PassResult pass = update.passes().get(0);
      return Stream.of(
              pass.innerLoss(0),
              pass.innerLoss(1),
              pass.outerLoss(),
              update.gradientNorm()) // of the masks that the pullbacks draw again
          .toList();
    }
  }
}
