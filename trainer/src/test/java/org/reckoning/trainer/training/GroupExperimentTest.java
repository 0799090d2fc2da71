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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;

/** Runs of several processes, each played by a thread. */
@Execution(ExecutionMode.CONCURRENT)
class GroupExperimentTest {
  private static final StopRequest NEVER = () -> false;

  /** What a run leaves; those with times are compared without them. */
  private static final List<String> FILES =
      List.of(
          "checkpoints/step-000004/variables.data-00000-of-00001",
          "checkpoints/best-000004/variables.index",
          "predictions/test.jsonl",
          "results.json",
          "vocabulary.json",
          "model.json",
          "metrics.jsonl",
          "checkpoints/step-000004/state.json");

  @TempDir private static Path whole;
  @TempDir private Path directory;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  /** A run of seconds with 3 passes an update, batches that no number of ranks divides, no XLA. */
  private static RunConfig config() {
    return DefaultRun.config()
        .with("xla", "off")
        .with("n_inner_iter", 1)
        .with("gradient", "first_order")
        .with("inner_dropout", 0.1)
        .with("model.n_layer", 1)
        .with("model.n_embd", 8)
        .with("model.n_head", 2)
        .with("train_batch_size", 2)
        .with("gradient_accumulation_steps", 3)
        .with("max_steps", 4)
        .with("schedule", "constant")
        .with("warmup_proportion", 0)
        .with("eval_steps", 2)
        .with("save_steps", 2)
        .with("eval_batch_size", 2)
        .with("monitor", "loss")
        .with("generate", false)
        .with("tensorboard", false)
        .with("baselines", List.of("no_facts"))
        .with("data.train_tasks", 20)
        .with("data.val_tasks", 7)
        .with("data.test_tasks", 7)
        .with("data.max_buckets", 1);
  }

  private static RunConfig withoutBaselines() {
    return config().with("baselines", List.of());
  }

  /** Trains in one process. */
  @BeforeAll
  static void trainAlone() throws IOException {
    Files.writeString(whole.resolve(RunDirectory.CONFIG), config().yaml());
    new Experiment(config(), whole, "CPU:0", ConsoleProgress.silent(), NEVER).run();
  }

  /** Trains as rank of a group. Other ranks than 0 get a directory that they must not use. */
  private List<String> train(RunConfig config, Path run, StopRequest stop, Peers peers)
      throws IOException {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    ConsoleStyle quiet = new ConsoleStyle(ConsoleStyle.Display.QUIET, false, 1);
    Path own = peers.isFirst() ? run : unused();
    ConsoleProgress progress = new ConsoleProgress(out, quiet);
    return new Experiment(config, own, "CPU:0", progress, stop, peers).run();
  }

  private Path unused() {
    return directory.resolve("unused");
  }

  private String said() {
    String text = said.toString(StandardCharsets.UTF_8);
    said.reset();
    return text;
  }

  private Path begun(RunConfig config) throws IOException {
    Path run = Files.createDirectory(directory.resolve("run"));
    Files.writeString(run.resolve(RunDirectory.CONFIG), config.yaml());
    return run;
  }

  private static void assertSameFiles(Path run, RunConfig config) throws IOException {
    for (RunDirectory method : new RunDirectory(run).byMethod(config).values()) {
      Path place = run.relativize(method.path());
      for (String file : FILES) {
        Path alone = whole.resolve(place).resolve(file);
        assertThat(withoutTimes(method.path().resolve(file)))
            .as("%s of %s", file, place)
            .isEqualTo(withoutTimes(alone));
      }
    }
    assertThat(run.resolve("data.json")).hasSameBinaryContentAs(whole.resolve("data.json"));
  }

  private static String withoutTimes(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1)
        .replaceAll("\"(seconds|tokens_per_second)\" ?: ?[^,}\\s]+|\"steps\":[24],", "");
  }

  /** Begins without the baseline and with fewer steps. */
  @Test
  void run_ofTwoProcesses_thatIsExtended_leavesTheFilesOfOne() throws Exception {
    RunConfig shorter = withoutBaselines().with("max_steps", 2);
    Path run = begun(shorter);

    ThreadPeers.run(2, peers -> train(shorter, run, NEVER, peers));
    List<List<String>> tables = ThreadPeers.run(2, peers -> train(config(), run, NEVER, peers));

    assertSameFiles(run, config());
    assertThat(run.resolve("results-000002.json")).exists();
    assertThat(unused()).doesNotExist();
    assertThat(tables.get(0)).hasSize(3);
    assertThat(tables.get(1)).isEmpty();
    assertThat(said())
        .contains("peers     2 ranks by threads: passes 2, 1 of each update")
        .containsOnlyOnce("extends the run at step 2 from 2 to 4 steps; ")
        .containsOnlyOnce("step 4  val of reckoning");
  }

  /** Rank 1 is asked twice for each step, then before the batches of the validation of step 2. */
  @Test
  void stopOfOneRank_stopsAllAtTheSameStep_andSavesOnce() throws Exception {
    RunConfig config = withoutBaselines();
    Path run = begun(config);

    for (int step : List.of(1, 2)) {
      AtomicInteger asked = new AtomicInteger();
      StopRequest fourth = () -> asked.incrementAndGet() >= 4;
      List<List<String>> tables =
          ThreadPeers.run(2, peers -> train(config, run, peers.isFirst() ? NEVER : fourth, peers));

      assertThat(tables).containsOnly(List.of());
      assertThat(said())
          .containsOnlyOnce("finished after %d steps".formatted(step))
          .containsOnlyOnce("it was asked to stop")
          .containsOnlyOnce("step %d  saved".formatted(step))
          .doesNotContain("val of");
    }
    ThreadPeers.run(3, peers -> train(config, run, NEVER, peers));

    assertSameFiles(run, config);
    assertThat(unused()).doesNotExist();
    assertThat(said()).contains("peers     3 ranks by threads: passes 1, 1, 1 of each update");
  }

  @Test
  void run_fromOtherWeights_startsWithThoseOfRankZero() throws Exception {
    RunConfig config = withoutBaselines().with("model.name_or_path", whole.toString());
    Splits splits = new SplitLoader(config.data(), config.seed(), line -> {}).load();

    List<double[]> weights =
        ThreadPeers.run(
            2,
            peers -> {
              Path own = peers.isFirst() ? directory.resolve("run") : unused();
              try (TrainingRun run = TrainingRun.prepare(config, splits, own, peers)) {
                return run.program().weight("h.0.attn.c_attn.weight");
              }
            });
    double[] random;
    try (TrainingRun run =
        TrainingRun.prepare(withoutBaselines(), splits, directory.resolve("random"))) {
      random = run.program().weight("h.0.attn.c_attn.weight");
    }
    assertThat(weights.get(1)).isEqualTo(weights.get(0)).isNotEqualTo(random);
    assertThat(unused()).doesNotExist();
  }

  @Test
  void moreProcessesThanPasses_areRefusedWithBothNumbers() {
    assertThatThrownBy(() -> ThreadPeers.run(4, peers -> train(config(), directory, NEVER, peers)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "gradient_accumulation_steps (3) must be at least the number of processes (4)",
            "start at most 3 processes");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void otherDataOfARank_isRefused() throws IOException {
    Path run = begun(config());
    assertThatThrownBy(
            () ->
                ThreadPeers.run(
                    2, peers -> train(config().with("seed", 7 + peers.rank()), run, NEVER, peers)))
        .isInstanceOf(IOException.class)
        .hasMessage("rank 1 has other data than rank 0: all processes must read the same files");
  }

  @Test
  void passes_ofManyRanks_areCounted() throws Exception {
    List<String> texts = ThreadPeers.run(9, peers -> new PassShares(13, peers).toString());

    assertThat(texts).containsOnly("9 ranks by threads: passes 4 x 2, 5 x 1 of each update");
  }
}
