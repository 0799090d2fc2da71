package org.reckoning.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.run.RunDirectory;

/** Runs of several processes, each played by a thread. */
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
          "data.json",
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
        .with("inner_dropout", 0.1)
        .with("model.n_layer", 1)
        .with("model.n_embd", 8)
        .with("model.n_head", 2)
        .with("train_batch_size", 2)
        .with("gradient_accumulation_steps", 3)
        .with("max_steps", 4)
        .with("eval_steps", 2)
        .with("save_steps", 2)
        .with("eval_batch_size", 2)
        .with("monitor", "loss")
        .with("tensorboard", false)
        .with("baselines", List.of("no_facts"))
        .with("data.train_tasks", 20)
        .with("data.val_tasks", 7)
        .with("data.test_tasks", 7);
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

  private Path begun(String name, RunConfig config) throws IOException {
    Path run = Files.createDirectory(directory.resolve(name));
    Files.writeString(run.resolve(RunDirectory.CONFIG), config.yaml());
    return run;
  }

  private static void assertSameFiles(Path run) throws IOException {
    for (String method : List.of("", "baselines/no_facts/")) {
      for (String file : FILES) {
        assertThat(withoutTimes(run.resolve(method + file)))
            .as(method + file)
            .isEqualTo(withoutTimes(whole.resolve(method + file)));
      }
    }
  }

  private static String withoutTimes(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1)
        .replaceAll("\"(seconds|tokens_per_second)\" ?: ?[^,}\\s]+", "");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void run_ofSeveralProcesses_leavesTheFilesOfOne(int ranks) throws Exception {
    Path run = begun("run", config());

    List<List<String>> tables =
        ThreadPeers.run(ranks, peers -> train(config(), run, NEVER, peers));

    assertSameFiles(run);
    assertThat(unused()).doesNotExist();
    assertThat(tables.get(0)).hasSize(3);
    assertThat(tables.subList(1, ranks)).containsOnly(List.of());
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains(
            ranks == 2
                ? "peers     2 ranks by threads: passes 2, 1 of each update"
                : "peers     3 ranks by threads: passes 1, 1, 1 of each update")
        .containsOnlyOnce("step 4  val of reckoning");
  }

  /** A stop of rank 1 while it validates for the n-th time or trains; another number resumes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 9, 12})
  void stopOfOneRank_stopsAllAtTheSameStep_andSavesOnce(int at) throws Exception {
    Path run = begun("run", config());
    List<Integer> asked = new ArrayList<>();
    StopRequest later =
        () -> {
          asked.add(1);
          return asked.size() >= at;
        };
    List<List<String>> tables =
        ThreadPeers.run(
            2, peers -> train(config(), run, peers.isFirst() ? NEVER : later, peers));
    assertThat(tables).containsOnly(List.of());
    String end = said.toString(StandardCharsets.UTF_8);
    assertThat(end).containsOnlyOnce("it was asked to stop");
    if (at > 1) {
      String step = end.replaceAll("(?s).*finished after (\\d+) steps.*", "$1");
      assertThat(end).containsOnlyOnce("step " + step + "  saved");
    }

    ThreadPeers.run(3, peers -> train(config(), run, NEVER, peers));

    assertSameFiles(run);
    assertThat(unused()).doesNotExist();
  }

  @Test
  void run_thatIsExtended_extendsOnAllRanks() throws Exception {
    RunConfig config = config().with("baselines", List.of());
    RunConfig longer = config.with("max_steps", 6);
    Path alone = begun("alone", config);
    Path group = begun("group", config);
    for (RunConfig each : List.of(config, longer)) {
      new Experiment(each, alone, "CPU:0", ConsoleProgress.silent(), NEVER).run();
      ThreadPeers.run(2, peers -> train(each, group, NEVER, peers));
    }
    for (String file :
        List.of(
            "checkpoints/step-000006/variables.data-00000-of-00001",
            "results.json",
            "results-000004.json")) {
      assertThat(group.resolve(file)).hasSameBinaryContentAs(alone.resolve(file));
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("planned for 4 steps until now, and for 6 from step 4 on");
  }

  @Test
  void run_fromOtherWeights_startsWithThoseOfRankZero() throws Exception {
    RunConfig config =
        config()
            .with("baselines", List.of())
            .with("max_steps", 1)
            .with("model.n_layer", null)
            .with("model.n_embd", null)
            .with("model.n_head", null)
            .with("model.name_or_path", whole.toString());
    Path alone = begun("alone", config);
    Path group = begun("group", config);
    new Experiment(config, alone, "CPU:0", ConsoleProgress.silent(), NEVER).run();

    ThreadPeers.run(3, peers -> train(config, group, NEVER, peers));

    for (String file :
        List.of("checkpoints/step-000001/variables.data-00000-of-00001", "results.json")) {
      assertThat(group.resolve(file)).hasSameBinaryContentAs(alone.resolve(file));
    }
  }

  @Test
  void moreProcessesThanPasses_areRefusedWithBothNumbers() {
    assertThatThrownBy(
            () -> ThreadPeers.run(4, peers -> train(config(), directory, NEVER, peers)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "gradient_accumulation_steps (3) must be at least the number of processes (4)",
            "start at most 3 processes");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void otherDataOfARank_isRefused() throws IOException {
    Path run = begun("run", config());
    assertThatThrownBy(
            () ->
                ThreadPeers.run(
                    2,
                    peers ->
                        train(
                            config().with("seed", 7 + peers.rank()), run, NEVER, peers)))
        .isInstanceOf(IOException.class)
        .hasMessage("rank 1 has other data than rank 0: all processes must read the same files");
  }

  @Test
  void passes_ofManyRanks_areCounted() throws Exception {
    List<String> texts = ThreadPeers.run(9, peers -> new PassShares(13, peers).toString());

    assertThat(texts)
        .containsOnly(
            String.format(
                Locale.ROOT, "9 ranks by threads: passes 4 x 2, 5 x 1 of each update"));
  }
}
