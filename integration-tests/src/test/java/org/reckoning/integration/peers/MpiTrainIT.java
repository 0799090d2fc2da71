package org.reckoning.integration.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests training in several processes against one. It needs {@code mpirun} of Open MPI. */
class MpiTrainIT {
  private static final List<String> SMALL =
      List.of(
          "experiment=quickstart",
          "baselines=[]",
          "xla=off",
          "n_inner_iter=2",
          "model.n_layer=1",
          "model.n_embd=16",
          "train_batch_size=2",
          "gradient_accumulation_steps=4",
          "max_steps=6",
          "eval_steps=3",
          "eval_tasks=4",
          "eval_batch_size=2",
          "save_steps=2",
          "data.train_tasks=40",
          "data.val_tasks=6",
          "data.test_tasks=7",
          "data.max_buckets=2");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static String launcher;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Path one;

  /** Trains in one process, for comparison. */
  @BeforeAll
  static void trainAlone() throws Exception {
    launcher = BuiltTree.launcher(directory.resolve("tree")).toString();
    Ranks.Ended ended = ranks().run(1, train("name=one"));
    assertThat(ended.code()).as(ended.err()).isZero();
    one = run("one");
  }

  @Test
  void train_inThreeProcesses_writesTheFilesOfOne() throws Exception {
    Ranks.Ended ended = ranks().run(3, train("name=three"));

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).containsOnlyOnce("next:");
    assertThat(ended.err())
        .containsPattern("3 ranks by Open MPI [0-9.]+: passes 2, 1, 1 of each update");
    requireTheFilesOfOne(run("three"));
  }

  @Test
  void train_ofWhichAProcessIsKilled_endsAndIsResumedByAnotherNumber() throws Exception {
    Ranks.Running running = ranks().start(2, train("name=killed"));
    for (int i = 0; i < 600 && !hasCheckpoint(); i++) {
      Thread.sleep(50);
    }
    ProcessHandle rank =
        Collections.max(
            running
                .process()
                .descendants()
                .filter(each -> each.info().command().orElse("").endsWith("java"))
                .toList());
    rank.destroyForcibly();
    Ranks.Ended killed = running.await();
    assertThat(killed.code()).as(killed.err()).isNotZero();
    Path run = run("killed");
    assertThat(run.resolve("results.json")).doesNotExist();

    Ranks.Ended resumed = ranks().run(1, List.of(launcher, "train", "resume=" + run));
    assertThat(resumed.code()).as(resumed.err()).isZero();
    requireTheFilesOfOne(run);
  }

  /** The second process finds no libraries of TensorFlow for its platform. */
  @Test
  void train_whereOneProcessFails_endsAllWithItsSentence() throws Exception {
    List<String> program = new ArrayList<>(train("name=failed"));
    program.addAll(List.of(":", "-np", "1", "-x"));
    program.add("JAVA_TOOL_OPTIONS=-Dorg.bytedeco.javacpp.platform=none");
    program.addAll(train("name=failed"));
    Ranks.Ended ended = ranks().run(1, program);

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).containsOnlyOnce("rank 1: java.lang.");
    assertThat(ended.seconds()).isLessThan(30);
  }

  @Test
  void train_inMoreProcessesThanPasses_isRefusedOnce() throws Exception {
    Ranks.Ended ended = ranks().run(2, train("name=few", "gradient_accumulation_steps=1"));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .containsOnlyOnce(
            "gradient_accumulation_steps (1) must be at least the number of processes (2)");
    assertThat(directory.resolve("few")).doesNotExist();
  }

  private static void requireTheFilesOfOne(Path run) throws IOException {
    for (String file :
        List.of(
            "checkpoints/step-000006/variables.data-00000-of-00001",
            "predictions/test.jsonl",
            "results.json")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
    }
  }

  private static Ranks ranks() {
    return new Ranks(
        directory,
        Map.of(
            "RECKONING_DEVICE",
            "cpu",
            "RECKONING_HEAP",
            "512m",
            "JDK_JAVA_OPTIONS",
            "-XX:TieredStopAtLevel=1"));
  }

  private static List<String> train(String... more) {
    List<String> words = new ArrayList<>(List.of(launcher, "train"));
    words.addAll(SMALL);
    words.add("output_dir=" + directory);
    words.addAll(List.of(more));
    return words;
  }

  private static boolean hasCheckpoint() throws IOException {
    Path runs = directory.resolve("killed");
    if (!Files.isDirectory(runs)) {
      return false;
    }
    try (var files = Files.walk(runs)) {
      return files.anyMatch(path -> path.endsWith("step-000002"));
    }
  }

  private static Path run(String name) throws IOException {
    try (var children = Files.list(directory.resolve(name))) {
      return children.findFirst().orElseThrow();
    }
  }
}
