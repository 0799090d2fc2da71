package org.reckoning.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.evaluation.ConfidenceInterval;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.run.Examination;
import org.reckoning.trainer.run.Results;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;

@Execution(ExecutionMode.CONCURRENT)
class ExperimentTest {
  @TempDir Path run;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  /** A run of seconds, without XLA, of a method and a baseline. */
  private static RunConfig config() {
    return DefaultRun.config()
        .with("xla", "off")
        .with("n_inner_iter", 1)
        .with("model.n_layer", 1)
        .with("model.n_embd", 8)
        .with("model.n_head", 2)
        .with("train_batch_size", 4)
        .with("max_steps", 2)
        .with("eval_steps", null)
        .with("monitor", "loss")
        .with("generate", false)
        .with("tensorboard", false)
        .with("baselines", List.of("no_facts"))
        .with("data.train_tasks", 8)
        .with("data.val_tasks", 2)
        .with("data.test_tasks", 2)
        .with("data.max_buckets", 1);
  }

  private List<String> run(RunConfig config) throws IOException {
    return experiment(config).run();
  }

  private Experiment experiment(RunConfig config) {
    return experiment(config, () -> false);
  }

  private Experiment experiment(RunConfig config, StopRequest stop) {
    ConsoleStyle quiet = new ConsoleStyle(ConsoleStyle.Display.QUIET, false, 1);
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new Experiment(config, run, "CPU:0", new ConsoleProgress(out, quiet), stop);
  }

  private String said() {
    String text = said.toString(StandardCharsets.UTF_8);
    said.reset();
    return text;
  }

  @Test
  void run_thatIsDone_isExtendedWithAllItsMethods() throws IOException {
    Files.writeString(run.resolve(RunDirectory.CONFIG), config().yaml());
    List<String> table = run(config());
    byte[] before = Files.readAllBytes(run.resolve("results.json"));
    experiment(config()).examine("same", List.of());
    byte[] examined = Files.readAllBytes(run.resolve("examinations/same.json"));
    assertThat(run(config())).isEqualTo(table);
    assertThat(run.resolve("answers.json"))
        .content()
        .contains("\"labels\" : null", "\"tokens\" : ");
    assertThat(run.resolve("baselines/no_facts/answers.json")).exists();
    said();

    RunConfig longer = config().with("max_steps", 4);
    assertThat(run(longer)).hasSameSizeAs(table);

    assertThat(said()).contains("extends the run at step 2 from 2 to 4 steps; ");
    assertThat(run.resolve("results-000002.json")).hasBinaryContent(before);
    assertThat(run.resolve("examinations-000002/same.json")).hasBinaryContent(examined);
    assertThat(new RunDirectory(run).examination("same")).isEmpty();
    assertThat(run.resolve("baselines/no_facts/results-000002.json")).exists();
    assertThat(run.resolve("checkpoints/step-000004")).isDirectory();
    assertThat(run.resolve("baselines/no_facts/checkpoints/step-000004")).isDirectory();
    assertThat(new RunDirectory(run).config()).isEqualTo(longer);
  }

  /** Weights that do not move never improve: one validation after the best ends the patience. */
  private static RunConfig impatient() {
    return config()
        .with("eval_steps", 1)
        .with("patience", 1)
        .with("learning_rate", 0)
        .with("rates_learning_rate", 0)
        .with("max_steps", 5);
  }

  @Test
  void extension_restartsThePatienceOfEveryMethod() throws IOException {
    RunConfig config = impatient();
    Files.writeString(run.resolve(RunDirectory.CONFIG), config.yaml());
    run(config);
    assertThat(run.resolve("baselines/no_facts/checkpoints/step-000002")).isDirectory();

    run(config.with("max_steps", 6));

    assertExtended();
  }

  private void assertExtended() {
    for (String method : List.of("", "baselines/no_facts/")) {
      assertThat(run.resolve(method + "checkpoints/step-000003")).as(method).isDirectory();
      assertThat(run.resolve(method + "checkpoints/step-000004")).as(method).doesNotExist();
    }
  }

  @Test
  void extension_thatIsKilledBeforeItsFirstStep_isKeptByEveryMethod() throws IOException {
    RunConfig longer = impatient().with("max_steps", 6);
    Files.writeString(run.resolve(RunDirectory.CONFIG), impatient().yaml());
    run(impatient());
    assertKilled(longer, () -> true);
    assertKilled(longer, () -> Files.exists(run.resolve("results.json"))); // in the baseline
    assertThat(run.resolve("baselines/no_facts/checkpoints/step-000003")).doesNotExist();

    run(longer);

    assertExtended();
  }

  private void assertKilled(RunConfig config, StopRequest when) {
    StopRequest killing =
        () -> {
          if (when.requested()) {
            throw new IllegalStateException("killed");
          }
          return false;
        };
    assertThatThrownBy(() -> experiment(config, killing).run()).hasMessage("killed");
  }

  @Test
  void extension_belowTheStepsOfABaseline_changesNothing() throws IOException {
    Files.writeString(run.resolve(RunDirectory.CONFIG), config().yaml());
    run(config());
    byte[] results = Files.readAllBytes(run.resolve("results.json"));
    Files.createDirectory(run.resolve("baselines/no_facts/checkpoints/step-000009"));

    assertThatThrownBy(() -> run(config().with("max_steps", 4)))
        .hasMessageContaining("no_facts' has made 9 steps, but only 4 are planned");

    assertThat(run.resolve("results.json")).hasBinaryContent(results);
    assertThat(new RunDirectory(run).config()).isEqualTo(config());
    assertThat(run.resolve("checkpoints/step-000004")).doesNotExist();
  }

  @Test
  void evaluation_ofAModelOfOtherSizes_isRefused_andChangesNoFileOfTheRun() throws IOException {
    RunConfig config = config().with("baselines", List.of());
    Files.writeString(run.resolve(RunDirectory.CONFIG), config.yaml());
    run(config);
    byte[] sizes = Files.readAllBytes(run.resolve(RunDirectory.MODEL));
    RunConfig longer = config.with("model.n_positions", 200);
    String problem =
        "must be of one model but are not, with n_positions %d and 200: omit changes of model"
            .formatted(config.model().positions());

    assertThatThrownBy(() -> experiment(longer).evaluate()).hasMessageContaining(problem);
    Splits splits = new SplitLoader(config.data(), config.seed(), line -> {}).load();
    assertThatThrownBy(() -> TrainingRun.prepare(longer, splits, run)) // as inspect does
        .hasMessageContaining(problem);
    assertThatThrownBy(() -> experiment(config.with("model.vocabulary", "full")).evaluate())
        .hasMessageContaining("omit changes of model.vocabulary");

    assertThat(run.resolve(RunDirectory.MODEL)).hasBinaryContent(sizes);
  }

  @Test
  void results_thatAreDamaged_areMadeAgain() throws IOException {
    Files.writeString(run.resolve(RunDirectory.CONFIG), config().yaml());
    List<String> table = run(config());
    byte[] whole = Files.readAllBytes(run.resolve("results.json"));
    Files.write(run.resolve("results.json"), new byte[0]);
    said();

    assertThat(run(config())).isEqualTo(table);

    assertThat(said()).contains("results.json' must be the results of a run", "it is empty");
    assertThat(run.resolve("results.json")).hasBinaryContent(whole);
  }

  @Test
  void examine_ofOtherProblems_keepsTheResults_andLeavesThoseOfTheRun() throws IOException {
    RunConfig config = config().with("baselines", List.of()).with("data.distractors", 1);
    Files.writeString(run.resolve(RunDirectory.CONFIG), config.yaml());
    run(config);
    byte[] results = Files.readAllBytes(run.resolve("results.json"));
    RunConfig fewer = config.with("data.distractors", 0);

    List<String> words = List.of("data.distractors=0");
    assertThat(experiment(fewer).examine("none", words)).hasSize(2);

    Examination none = new RunDirectory(run).examination("none").orElseThrow();
    assertThat(none.words()).isEqualTo(words);
    assertThat(none.leftOut()).isZero();
    assertThat(none.rows()).hasSize(1).allMatch(row -> row.hops() == 2 && row.problems() == 2);
    assertThat(run.resolve("predictions/none.jsonl")).exists();
    assertThat(run.resolve("results.json")).hasBinaryContent(results);
    byte[] first = Files.readAllBytes(run.resolve("examinations/none.json"));
    experiment(fewer).examine("none", words);
    assertThat(run.resolve("examinations/none.json")).hasBinaryContent(first);

    assertThatThrownBy(() -> experiment(fewer.with("data.max_tokens", 5)).examine("x", words))
        .hasMessageStartingWith("all 2 tasks exceed max_tokens (5); the shortest needs ");
    assertThat(new RunDirectory(run).examination("x")).isEmpty();
  }

  @Test
  void run_onOtherData_isRefused() throws IOException {
    Files.writeString(run.resolve(RunDirectory.CONFIG), config().yaml());
    run(config());
    Files.writeString(
        run.resolve("data.json"),
        """
        {
          "train": {"tasks": 8, "sha256": "0"},
          "val": {"tasks": 2, "sha256": "0"},
          "test": {"tasks": 3, "sha256": "0"}
        }
        """);

    assertThatThrownBy(() -> run(config()))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("train has 8 tasks as before", "test had 3 tasks and has 2");
  }

  @Test
  void results_ofHops_areMeansOverTheProblemsThatHaveTheMetric() throws IOException {
    RunConfig config = config().with("baselines", List.of());
    ConfidenceInterval interval = new ConfidenceInterval(0, 1);
    JsonRecord.write(
        run.resolve("results.json"),
        new Results(
            List.of(
                new Results.Row(
                    "reckoning",
                    2,
                    300,
                    Map.of("loss", 1.0, "acc_scored", 0.5, "kg_recall", 0.8),
                    interval),
                new Results.Row(
                    "reckoning", 3, 100, Map.of("loss", 3.0, "acc_scored", 0.5), interval))));

    assertThat(Results.meansByMethod(config, run))
        .containsOnly(
            Map.entry(
                "reckoning",
                Map.of(
                    "loss",
                    1.5,
                    "acc_scored",
                    0.5,
                    "kg_recall",
                    0.8,
                    "kg_recall_problems",
                    300.0)));
  }
}
