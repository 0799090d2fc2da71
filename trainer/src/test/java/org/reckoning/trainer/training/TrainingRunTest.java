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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.graph.bilevel.NotFiniteException;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.Fact;
import org.reckoning.trainer.data.Question;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.tokens.Method;

class TrainingRunTest {
  @TempDir Path directory;

  /** A run of seconds, without XLA. */
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
        .with("data.test_tasks", 5);
  }

  /** Where no weight moves and there is one task, a loss depends on the dropout mask alone. */
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
    Told told = new Told();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(told, "CPU:0", () -> false);
    }
    assertThat(told.steps.stream().flatMap(step -> step.innerLosses().stream()))
        .hasSize(6 * 3)
        .doesNotHaveDuplicates();
  }

  private static Splits splits(RunConfig config) throws IOException {
    return new SplitLoader(config.data(), config.seed(), line -> {}).load();
  }

  /** What a run told, in order. */
  private static final class Told implements TrainingListener {
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
    Told told = new Told();
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
    RunConfig config = config().with("inner_dropout", 0.1).with("gradient_accumulation_steps", 2);
    Map<String, double[]> whole;
    List<Prediction> predictions;
    try (TrainingRun run =
        TrainingRun.prepare(config, splits(config), directory.resolve("whole"))) {
      run.train(new Told(), "CPU:0", () -> false);
      whole = weights(run);
      predictions = run.test(new Told(), directory.resolve("predictions/test.jsonl")).predictions();
    }
    Path stopped = directory.resolve("stopped");
    AtomicInteger asked = new AtomicInteger();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), stopped)) {
      RunEnd end = run.train(new Told(), "CPU:0", () -> asked.incrementAndGet() == 3);
      assertThat(end.steps()).isEqualTo(3);
      assertThat(end.why()).isEqualTo("it was asked to stop");
    }
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), stopped)) {
      assertThat(run.resume()).isTrue();
      assertThat(run.state().step()).isEqualTo(3);
      run.train(new Told(), "CPU:0", () -> false);

      Map<String, double[]> resumed = weights(run);
      whole.forEach((name, value) -> assertThat(resumed.get(name)).as(name).containsExactly(value));
      assertThat(run.test(new Told(), directory.resolve("predictions/test.jsonl")).predictions())
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
      run.train(new Told(), "CPU:0", () -> false);
      Evaluation evaluation = run.test(new Told(), directory.resolve("predictions/test.jsonl"));

      assertThat(evaluation.predictions()).hasSize(5);
      assertThat(evaluation.metrics().get("acc_scored")).isBetween(0.0, 1.0);
      boolean adapts = method == Method.RECKONING || method == Method.RANDOM_FACTS;
      assertThat(evaluation.predictions())
          .allSatisfy(each -> assertThat(each.innerLossBefore() != null).isEqualTo(adapts));
    }
  }

  @Test
  void predictions_areWrittenAsJsonLines() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      run.train(new Told(), "CPU:0", () -> false);
      Evaluation evaluation = run.test(new Told(), directory.resolve("predictions/test.jsonl"));

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
    Told told = new Told();
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThatThrownBy(() -> run.train(told, "CPU:0", () -> false))
          .isInstanceOf(NotFiniteException.class);
    }
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      assertThat(run.resume()).isTrue();
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
      RunEnd end = run.train(new Told(), "CPU:0", () -> false);

      assertThat(end.steps()).isEqualTo(3);
      assertThat(end.why()).isEqualTo("acc_label did not get better in 2 validations");
    }
  }

  @Test
  void resume_ofADamagedCheckpoint_saysSo() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      run.train(new Told(), "CPU:0", () -> false);
    }
    Path data =
        directory.resolve("checkpoints/step-000006").resolve("variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    bytes[bytes.length / 2] ^= 1;
    Files.write(data, bytes);
    try (TrainingRun run = TrainingRun.prepare(config(), splits(config()), directory)) {
      assertThatThrownBy(run::resume)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("step-000006' cannot be read, it is damaged or of another model");
    }
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
      assertThatThrownBy(() -> run.train(new Told(), "CPU:0", () -> false))
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
    Told told = new Told();
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
