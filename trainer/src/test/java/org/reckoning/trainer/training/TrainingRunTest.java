package org.reckoning.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.progress.EvaluationReport;
import org.reckoning.trainer.progress.RunEnd;
import org.reckoning.trainer.progress.StepReport;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.tokens.Method;

@Execution(ExecutionMode.CONCURRENT)
class TrainingRunTest {
  @TempDir Path directory;

  /** A run of seconds, without XLA, on one shape. */
  private static RunConfig config() {
    return DefaultRun.config()
        .with("xla", "off")
        .with("n_inner_iter", 2)
        .with("model.n_layer", 1)
        .with("model.n_embd", 16)
        .with("train_batch_size", 4)
        .with("max_steps", 6)
        .with("eval_steps", 3)
        .with("eval_batch_size", 4)
        .with("eval_tasks", 4)
        .with("save_steps", 2)
        .with("data.distractors", 1)
        .with("data.train_tasks", 20)
        .with("data.val_tasks", 6)
        .with("data.test_tasks", 5)
        .with("data.max_buckets", 1);
  }

  /**
   * Where no weight moves and there is one task, a loss depends on the dropout mask alone. The
   * inner loss after the last step has none.
   */
  @Test
  void train_underDropout_hasOtherMasksInEachUpdateAndStep() throws IOException {
    RunConfig config =
        config()
            .with("inner_dropout", 0.1)
            .with("outer_dropout", 0.1)
            .with("gradient_accumulation_steps", 2)
            .with("learning_rate", 0)
            .with("rates_learning_rate", 0)
            .with("inner_rate_space", "raw")
            .with("inner_lr", 0)
            .with("train_batch_size", 1)
            .with("data.train_tasks", 1);
    RecordingListener told = new RecordingListener();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(told, "CPU:0", () -> false);
    }
    assertThat(
            told.steps.stream()
                .flatMap(
                    step ->
                        Stream.concat(
                            step.innerLosses().stream().limit(2), Stream.of(step.outerLoss()))))
        .hasSize(6 * 3)
        .doesNotHaveDuplicates();
    assertThat(told.steps.stream().map(step -> step.innerLosses().get(2)).distinct()).hasSize(1);
  }

  private static Splits splits(RunConfig config) throws IOException {
    return new SplitLoader(config.data(), config.seed(), line -> {}).load();
  }

  /** Keeps the reports of a run, in order. */
  private static final class RecordingListener implements TrainingListener {
    final List<StepReport> steps = new ArrayList<>();
    final List<EvaluationReport> evaluations = new ArrayList<>();
    final List<Long> saved = new ArrayList<>();

    @Override
    public void stepped(StepReport step) {
      steps.add(step);
    }

    @Override
    public void evaluated(EvaluationReport report) {
      evaluations.add(report);
    }

    @Override
    public void saved(Path checkpoint, long step) {
      saved.add(step);
    }
  }

  @Test
  void train_tellsEveryStepEvaluationAndCheckpoint() throws IOException {
    RecordingListener told = new RecordingListener();
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      RunEnd end = run.train(told, "CPU:0", () -> false);

      assertThat(end.steps()).isEqualTo(6);
      assertThat(end.why()).isEqualTo("all steps are done");
    }
    assertThat(told.steps).extracting(StepReport::step).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(told.steps)
        .allSatisfy(
            step -> {
              assertThat(step.tasks()).isEqualTo(4);
              assertThat(step.outerLoss()).isPositive();
              assertThat(step.innerLossAfter()).isLessThan(step.innerLossBefore());
            });
    assertThat(told.evaluations).extracting(EvaluationReport::step).containsExactly(3L, 6L);
    assertThat(told.evaluations.get(0).metrics())
        .containsKeys("loss", "acc_scored", "acc_label", "f1", "kg_recall");
    assertThat(told.saved).containsExactly(2L, 4L, 6L);
    try (var kept = Files.list(directory.resolve(Checkpoints.DIRECTORY))) {
      assertThat(kept.map(path -> path.getFileName().toString()))
          .contains("step-000004", "step-000006")
          .hasSize(3)
          .noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  @Test
  void train_afterAStop_endsWithTheSameBits() throws IOException {
    RunConfig config =
        config()
            .with("inner_dropout", 0.1)
            .with("gradient_accumulation_steps", 2)
            .with("data.max_buckets", 3);
    Map<String, double[]> whole;
    List<Prediction> predictions;
    try (TrainingRun run =
        TrainingRun.prepare(config, splits(config), directory.resolve("whole"))) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
      whole = weights(run);
      predictions =
          run.test(new RecordingListener(), directory.resolve("predictions/test.jsonl"))
              .predictions();
    }
    Path stopped = directory.resolve("stopped");
    RecordingListener told = new RecordingListener();
    StopRequest afterValidation = () -> told.steps.size() == 3 && told.evaluations.size() == 1;
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), stopped)) {
      RunEnd end = run.train(told, "CPU:0", afterValidation);
      assertThat(end.steps()).isEqualTo(3);
      assertThat(end.why()).isEqualTo("it was asked to stop");
    }
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), stopped)) {
      assertThat(run.resume(line -> {})).isTrue();
      assertThat(run.state().step()).isEqualTo(3);
      run.train(new RecordingListener(), "CPU:0", () -> false);

      Map<String, double[]> resumed = weights(run);
      whole.forEach((name, value) -> assertThat(resumed.get(name)).as(name).containsExactly(value));
      assertThat(
              run.test(new RecordingListener(), directory.resolve("predictions/test.jsonl"))
                  .predictions())
          .isEqualTo(predictions);
    }
  }

  private static Map<String, double[]> weights(TrainingRun run) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    for (String name : run.program().layout().shapes().keySet()) {
      weights.put(name, run.program().weight(name));
    }
    return weights;
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void everyMethod_trainsAndIsEvaluated(Method method) throws IOException {
    RunConfig config = config().with("method", method.name().toLowerCase(Locale.ROOT));
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
      RecordingListener told = new RecordingListener();
      Evaluation evaluation = run.test(told, directory.resolve("predictions/test.jsonl"));

      List<Prediction> predictions = evaluation.predictions();
      assertThat(predictions).hasSize(5);
      long right =
          predictions.stream().filter(each -> likeliest(each).equals(each.label())).count();
      double loss = predictions.stream().mapToDouble(Prediction::loss).sum() / 5;
      assertThat(loss).isPositive();
      assertThat(told.evaluations.get(0).metrics())
          .containsEntry("acc_scored", right / 5.0)
          .hasEntrySatisfying("loss", mean -> assertThat(mean).isCloseTo(loss, within(1e-12)));
      boolean adapts = method == Method.RECKONING || method == Method.RANDOM_FACTS;
      assertThat(evaluation.predictions())
          .allSatisfy(each -> assertThat(each.innerLossBefore() != null).isEqualTo(adapts));
    }
  }

  private static String likeliest(Prediction prediction) {
    return Collections.max(prediction.probabilities().entrySet(), Map.Entry.comparingByValue())
        .getKey();
  }

  @Test
  void predictions_areWrittenAsJsonLines() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
      Evaluation evaluation =
          run.test(new RecordingListener(), directory.resolve("predictions/test.jsonl"));

      List<String> lines = Files.readAllLines(directory.resolve("predictions/test.jsonl"));
      assertThat(lines).hasSize(5);
      JsonNode first = new ObjectMapper().readTree(lines.get(0));
      Prediction prediction = evaluation.predictions().get(0);
      assertThat(first.get("id").asText()).isEqualTo(prediction.id());
      assertThat(first.get("scored").asText()).isEqualTo(prediction.scored());
      double sum = 0;
      for (JsonNode probability : first.get("probabilities")) {
        sum += probability.asDouble();
      }
      assertThat(sum).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void train_thatDiverges_keepsTheLastCheckpoint() throws IOException {
    RunConfig config =
        config().with("learning_rate", 1e30).with("max_grad_norm", null).with("save_steps", 1);
    RecordingListener told = new RecordingListener();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThatThrownBy(() -> run.train(told, "CPU:0", () -> false))
          .isInstanceOf(NotFiniteException.class);
    }
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThat(run.resume(line -> {})).isTrue();
      assertThat(run.state().step()).isEqualTo(told.saved.get(told.saved.size() - 1));
    }
  }

  @Test
  void train_withoutImprovement_stopsEarly() throws IOException {
    RunConfig config =
        config()
            .with("learning_rate", 0)
            .with("rates_learning_rate", 0)
            .with("eval_steps", 1)
            .with("patience", 2);
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      RunEnd end = run.train(new RecordingListener(), "CPU:0", () -> false);

      assertThat(end.steps()).isEqualTo(3);
      assertThat(end.why()).isEqualTo("acc_label did not improve in 2 validations");
    }
  }

  @Test
  void resume_whereTheNewestIsDamaged_goesOnFromTheOneBefore() throws IOException {
    RunConfig config = config().with("save_steps", 1).with("keep_checkpoints", 3);
    Map<String, double[]> whole;
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
      whole = weights(run);
    }
    flipABit(directory.resolve("checkpoints/step-000006/variables.data-00000-of-00001"));
    Files.write(directory.resolve("checkpoints/step-000005/state.json"), new byte[0]);
    List<String> reports = new ArrayList<>();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThat(run.resume(reports::add)).isTrue();
      assertThat(run.state().step()).isEqualTo(4);
      assertThat(reports)
          .satisfiesExactly(
              newest ->
                  assertThat(newest)
                      .contains("step-000006' cannot be read, it is damaged", "checksum")
                      .contains("kept as 'damaged-step-000006'", "resumes from step-000004"),
              before -> assertThat(before).contains("state.json", "kept as 'damaged-step-000005'"));
      run.train(new RecordingListener(), "CPU:0", () -> false);

      assertSameBits(weights(run), whole);
    }
    Checkpoints.verify(directory.resolve("checkpoints/step-000006"));
  }

  /** A checkpoint is replaced in two renames, and the process may be killed between them. */
  @Test
  void resume_afterAnInterruptedReplacement_findsTheFormerCheckpoint() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
    }
    Path newest = directory.resolve("checkpoints/step-000006");
    Path old = newest.resolveSibling(".step-000006.old.tmp");
    Files.move(newest, old);

    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      assertThat(run.resume(line -> {})).isTrue();
      assertThat(run.state().step()).isEqualTo(6);
    }
    assertThat(newest).isDirectory();
    assertThat(old).doesNotExist();
  }

  @Test
  void resume_whereNoCheckpointIsWhole_saysWhyAndWhatToDo() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
    }
    try (var all = Files.list(directory.resolve(Checkpoints.DIRECTORY))) {
      for (Path each : all.toList()) {
        flipABit(each.resolve("variables.data-00000-of-00001"));
      }
    }
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      assertThatThrownBy(() -> run.resume(line -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(
              "all checkpoints of", "step-000006", "step-000004", "best-", "begin a new");
    }
  }

  @Test
  void resume_whereOnlyTheBestCheckpointIsWhole_resumesFromIt() throws IOException {
    RunConfig config = config().with("eval_steps", 6);
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
    }
    for (String name : List.of("step-000004", "step-000006")) {
      flipABit(directory.resolve("checkpoints/" + name + "/variables.data-00000-of-00001"));
    }
    List<String> reports = new ArrayList<>();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThat(run.resume(reports::add)).isTrue();
      assertThat(run.state().step()).isEqualTo(6);
    }
    assertThat(reports).hasSize(2).allMatch(line -> line.endsWith("resumes from best-000006"));
  }

  /** A run that is killed goes on from its newest checkpoint, without the steps after it. */
  @Test
  void train_untilANewCheckpoint_keepsTheBestOneOfTheLast() throws IOException {
    RunConfig config = config().with("monitor", "loss").with("eval_steps", 1).with("save_steps", 3);
    List<List<String>> best = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(StepReport step) {
            best.add(bestCheckpoints());
          }
        };
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(listener, "CPU:0", () -> false);
    }
    assertThat(best.get(3)).containsExactly("best-000003"); // before the validation of step 4
    assertThat(best.get(4)).containsExactly("best-000003", "best-000004");
    assertThat(best.get(5)).containsExactly("best-000003", "best-000005");
    assertThat(bestCheckpoints()).containsExactly("best-000006");
  }

  private List<String> bestCheckpoints() {
    String[] names = directory.resolve(Checkpoints.DIRECTORY).toFile().list();
    return Arrays.stream(names == null ? new String[0] : names)
        .filter(name -> name.startsWith("best-"))
        .sorted()
        .toList();
  }

  @Test
  void train_thatLacksMemory_saysThatItFailed() throws IOException {
    List<RunEnd> ends = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(StepReport step) {
            throw new OutOfMemoryError("Java heap space");
          }

          @Override
          public void finished(RunEnd end) {
            ends.add(end);
          }
        };
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      assertThatThrownBy(() -> run.train(listener, "CPU:0", () -> false))
          .isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(ends).extracting(RunEnd::why).containsExactly("it failed, Java heap space");
  }

  @Test
  void evaluation_thatFails_endsItsCompilation() throws IOException {
    RunConfig config = config().with("xla", "segments").with("eval_steps", 1);
    List<String> events = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void compiling(String what) {
            events.add("compiling " + what);
          }

          @Override
          public void compiled(String what, double seconds) {
            events.add("compiled " + what);
          }
        };
    StopRequest failing =
        () -> {
          if (events.contains("compiling the evaluation")) {
            throw new IllegalStateException("it cannot be asked");
          }
          return false;
        };
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThatThrownBy(() -> run.train(listener, "CPU:0", failing))
          .hasMessage("it cannot be asked");
    }
    assertThat(events).endsWith("compiling the evaluation", "compiled the evaluation");
  }

  private static void flipABit(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private static void assertSameBits(Map<String, double[]> actual, Map<String, double[]> whole) {
    whole.forEach((name, value) -> assertThat(actual.get(name)).as(name).containsExactly(value));
  }

  /** A stop that comes while the n-th question to it is asked, and what was held then. */
  private static final class StopAt implements StopRequest {
    final List<String> calls = new ArrayList<>();
    private final int at;
    private int asked;

    StopAt(int at) {
      this.at = at;
    }

    @Override
    public boolean requested() {
      return ++asked >= at;
    }

    @Override
    public void hold() {
      calls.add("hold");
    }

    @Override
    public boolean release() {
      calls.add("release");
      return true;
    }
  }

  /** Validation after step 3 has 1 batch of scores and 1 of texts, each asked before. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void train_stoppedWhileItValidates_savesAndValidatesWhenItGoesOn(int at) throws IOException {
    RecordingListener whole = new RecordingListener();
    Map<String, double[]> weights;
    try (TrainingRun run =
        TrainingRun.prepare(config(), splits(config()), directory.resolve("whole"))) {
      run.train(whole, "CPU:0", () -> false);
      weights = weights(run);
    }
    Path stopped = directory.resolve("stopped");
    RecordingListener first = new RecordingListener();
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), stopped)) {
      RunEnd end = run.train(first, "CPU:0", new StopAt(at));
      assertThat(end.why()).isEqualTo("it was asked to stop");
    }
    assertThat(first.evaluations).isEmpty();
    assertThat(first.saved).containsExactly(2L, 3L);
    RecordingListener second = new RecordingListener();
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), stopped)) {
      assertThat(run.resume(line -> {})).isTrue();
      assertThat(run.state().validatedStep()).isZero();
      run.train(second, "CPU:0", () -> false);
      assertSameBits(weights(run), weights);
    }
    assertThat(second.evaluations)
        .extracting(EvaluationReport::metrics)
        .isEqualTo(whole.evaluations.stream().map(EvaluationReport::metrics).toList());
    assertThat(second.saved).containsExactly(4L, 6L);
  }

  /** Asked before steps 1 and 2, and after the first of the two passes of each. */
  @Test
  void train_stoppedBetweenThePassesOfAStep_makesThatStepAgain() throws IOException {
    RunConfig config = config().with("gradient_accumulation_steps", 2).with("eval_steps", null);
    Map<String, double[]> whole;
    try (TrainingRun run =
        TrainingRun.prepare(config, splits(config), directory.resolve("whole"))) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
      whole = weights(run);
    }
    Path stopped = directory.resolve("stopped");
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), stopped)) {
      assertThat(run.train(new RecordingListener(), "CPU:0", new StopAt(4)).steps()).isEqualTo(1);
    }
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), stopped)) {
      assertThat(run.resume(line -> {})).isTrue();
      run.train(new RecordingListener(), "CPU:0", () -> false);
      assertSameBits(weights(run), whole);
    }
  }

  /** Compiling cannot be interrupted: nothing may be lost by an end of the process meanwhile. */
  @Test
  void train_beforeItCompiles_hasSavedAllSteps() throws IOException {
    RunConfig config = config().with("xla", "segments").with("save_steps", 100);
    List<String> events = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void compiling(String what) {
            events.add("compiling " + what);
          }

          @Override
          public void stepped(StepReport step) {
            events.add("step " + step.step());
          }

          @Override
          public void saved(Path checkpoint, long step) {
            events.add("saved " + step);
          }
        };
    StopAt stop = new StopAt(Integer.MAX_VALUE);
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(listener, "CPU:0", stop);
    }
    assertThat(events)
        .containsExactly(
            "compiling the training step",
            "step 1",
            "step 2",
            "step 3",
            "saved 3",
            "compiling the evaluation",
            "step 4",
            "step 5",
            "step 6",
            "saved 6");
    assertThat(stop.calls.subList(0, 2)).containsExactly("release", "hold");
    assertThat(stop.calls).endsWith("release").filteredOn("release"::equals).hasSize(3);
  }

  @Test
  void resume_withMoreSteps_goesOnWithOptimizerAndSchedule() throws IOException {
    RunConfig six = config().with("schedule", "constant").with("warmup_proportion", 0);
    RunConfig three = six.with("max_steps", 3);
    Map<String, double[]> whole;
    try (TrainingRun run = TrainingRun.prepare(six, splits(six), directory.resolve("whole"))) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
      whole = weights(run);
    }
    Path place = directory.resolve("extended");
    try (TrainingRun run = TrainingRun.prepare(three, splits(three), place)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
    }
    try (TrainingRun run = TrainingRun.prepare(six, splits(six), place)) {
      run.resume(line -> {});
      assertThat(run.extend(three))
          .isEqualTo(
              "extends the run at step 3 from 3 to 6 steps; the constant schedule now spans all 6 steps, so step 4 has 100.0 % of the learning rate where step 3 had 100.0 %; the optimizer keeps its state");
      run.train(new RecordingListener(), "CPU:0", () -> false);
      assertSameBits(weights(run), whole);
    }
  }

  @Test
  void extension_ofARunWithoutSteps_comparesNoRates() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      assertThat(run.extend(config().with("max_steps", 3)))
          .isEqualTo("extends the run at step 0 from 3 to 6 steps; the optimizer keeps its state");
      assertThat(run.extend(config().with("max_steps", 9)))
          .isEqualTo("shortens the run at step 0 from 9 to 6 steps; the optimizer keeps its state");
    }
    assertThat(directory.resolve(Checkpoints.DIRECTORY)).doesNotExist();
  }

  @Test
  void resume_withFewerStepsThanWereMade_saysSo() throws IOException {
    RunConfig fewer = config().with("max_steps", 2);
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
    }
    try (TrainingRun run = TrainingRun.prepare(fewer, splits(fewer), directory)) {
      assertThatThrownBy(() -> run.resume(line -> {}))
          .hasMessageContaining("has made 6 steps, but only 2 are planned");
    }
  }

  @Test
  void tokenAccuracy_ofAStep_doesNotDependOnItsPasses() throws IOException {
    RunConfig config =
        config()
            .with("dtype", "float64")
            .with("max_steps", 1)
            .with("eval_steps", null)
            .with("data.train_questions", 3)
            .with("data.train_tasks", 6);
    List<Double> accuracies = new ArrayList<>();
    for (int[] cut : new int[][] {{6, 1}, {4, 2}, {1, 6}}) {
      RunConfig own =
          config.with("train_batch_size", cut[0]).with("gradient_accumulation_steps", cut[1]);
      RecordingListener told = new RecordingListener();
      try (TrainingRun run =
          TrainingRun.prepare(own, splits(own), directory.resolve("of" + cut[0]))) {
        run.train(told, "CPU:0", () -> false);
      }
      accuracies.add(told.steps.get(0).tokenAccuracy());
    }
    assertThat(accuracies.get(0)).isPositive();
    assertThat(accuracies).containsOnly(accuracies.get(0));
  }

  @Test
  void test_tellsTheStepOfTheWeightsThatItEvaluates() throws IOException {
    RunConfig config = config().with("learning_rate", 0).with("rates_learning_rate", 0);
    RecordingListener told = new RecordingListener();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(new RecordingListener(), "CPU:0", () -> false);
    }
    try (TrainingRun run = TrainingRun.forEvaluation(config, splits(config), directory)) {
      run.test(told, directory.resolve("predictions/test.jsonl"));
    }
    assertThat(told.evaluations).extracting(EvaluationReport::step).containsExactly(3L);
  }

  @Test
  void monitor_thatTheDataHasNot_isRefusedWithThoseThereAre() throws IOException {
    RunConfig config = config().with("monitor", "kg_recall");
    Splits splits = splits(config);
    Splits unknown =
        new Splits(
            splits.train(),
            splits.val().stream().map(TrainingRunTest::withoutRelevance).toList(),
            splits.test());
    try (TrainingRun run = TrainingRun.prepare(config, unknown, directory)) {
      assertThatThrownBy(() -> run.train(new RecordingListener(), "CPU:0", () -> false))
          .hasMessageStartingWith(
              "monitor (kg_recall) must be a metric of the validation: [loss, acc_scored, acc,");
    }
  }

  @Test
  void test_namesTheTaskThatIsTooLong() throws IOException {
    RunConfig config = config().with("monitor", "loss").with("generate", false);
    Splits splits = splits(config);
    ReasoningTask last = splits.test().get(splits.test().size() - 1);
    Fact endless = new Fact("Anna is the mother of Paul ".repeat(30).strip(), true);
    ReasoningTask tooLong =
        new ReasoningTask(
            last.id(),
            last.type(),
            List.of(endless),
            withoutRelevance(last).questions(),
            last.hops(),
            last.labels());
    List<ReasoningTask> test = new ArrayList<>(splits.test());
    test.set(test.size() - 1, tooLong);
    RecordingListener told = new RecordingListener();
    try (TrainingRun run =
        TrainingRun.prepare(config, new Splits(splits.train(), splits.val(), test), directory)) {
      Evaluation evaluation = run.test(told, directory.resolve("predictions/test.jsonl"));
      assertThat(evaluation.predictions()).hasSize(test.size() - 1);
    }
    assertThat(told.evaluations.get(0).leftOut()).containsExactly(last.id());
  }

  private static ReasoningTask withoutRelevance(ReasoningTask task) {
    return new ReasoningTask(
        task.id(),
        task.type(),
        task.facts(),
        task.questions().stream()
            .map(question -> new Question(question.text(), question.label(), List.of()))
            .toList(),
        task.hops(),
        task.labels());
  }
}
