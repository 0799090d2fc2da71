package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the command line in a separate process: train, kill, resume, evaluate. */
@Execution(ExecutionMode.CONCURRENT)
class TrainCommandIT {
  private static final List<String> SMALL =
      List.of(
          "experiment=quickstart",
          "xla=off",
          "n_inner_iter=2",
          "model.n_layer=1",
          "model.n_embd=16",
          "train_batch_size=4",
          "max_steps=8",
          "eval_steps=4",
          "eval_tasks=4",
          "eval_batch_size=4",
          "save_steps=2",
          "data.train_tasks=40",
          "data.val_tasks=6",
          "data.test_tasks=6",
          "data.max_buckets=1");

  @TempDir Path directory;
  @TempDir Path logs;

  /** Output and exit code of a process. */
  private record Ended(int code, String out, String err) {}

  @Test
  void train_ofAllBaselines_printsTheTableAndLeavesARun() throws Exception {
    Ended ended = run("train", small("baselines=[no_facts,in_context,no_question,random_facts]"));

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("reckoning ", "no_facts ", "in_context ", "no_question ", "random_facts ")
        .contains("next:");
    assertThat(ended.err()).doesNotContain("\u001b").doesNotContain("\r");
    Path run = onlyRun();
    assertThat(run.resolve("config.yaml")).isRegularFile();
    assertThat(run.resolve("metrics.jsonl")).isRegularFile();
    assertThat(run.resolve("results.json")).isRegularFile();
    assertThat(run.resolve("predictions/test.jsonl")).isRegularFile();
    assertThat(run.resolve("baselines/in_context/results.json")).isRegularFile();

    Ended evaluated = run("eval", List.of("--run", run.toString()));
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    String line = line(ended.out(), "reckoning ");
    assertThat(line(evaluated.out(), "reckoning ")).isEqualTo(line);

    Ended asked = run("ask", List.of("--run", run.toString(), "--problem", "1", "--json"));
    assertThat(asked.code()).as(asked.err()).isZero();
    assertThat(asked.out().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("{\"kind\":\"model\","),
            facts -> assertThat(facts).startsWith("{\"kind\":\"facts\","),
            answer -> assertThat(answer).startsWith("{\"kind\":\"answer\","));

    byte[] predictions = Files.readAllBytes(run.resolve("predictions/test.jsonl"));
    List<String> others = List.of("--run", run.toString(), "data.hops=[3]", "data.distractors=2");
    Ended evaluatedOnOthers = run("eval", others);
    assertThat(evaluatedOnOthers.code()).as(evaluatedOnOthers.err()).isZero();
    assertThat(run.resolve("predictions/eval.jsonl")).isRegularFile();
    assertThat(run.resolve("predictions/test.jsonl")).hasBinaryContent(predictions);

    Path model = directory.resolve("saved_models/small");
    List<String> words = List.of("--run", run.toString(), "--to", model.toString());
    Ended exported = run("export", words);
    assertThat(exported.code()).as(exported.err()).isZero();
    Ended checked = run("export", List.of("--check", model.toString()));
    assertThat(checked.code()).as(checked.out() + checked.err()).isZero();
    assertThat(checked.out()).contains("6 with 6 questions", "the model and the run agree");
  }

  @Test
  void train_killedAndResumed_endsWithTheSameFiles() throws Exception {
    Ended whole = run("train", small("baselines=[]", "name=whole"));
    assertThat(whole.code()).as(whole.err()).isZero();

    Process process = start("train", small("baselines=[]", "name=killed"));
    Path killed = null;
    for (int i = 0; i < 1200 && killed == null; i++) {
      Thread.sleep(50);
      killed = anyCheckpoint(directory.resolve("killed"));
    }
    process.destroyForcibly().waitFor();
    assertThat(killed).as("a checkpoint before the end").isNotNull();
    Path run = only(directory.resolve("killed"));
    assertThat(run.resolve("results.json")).doesNotExist();

    Ended resumed = run("train", List.of("resume=" + run));
    assertThat(resumed.code()).as(resumed.err()).isZero();
    Path other = only(directory.resolve("whole"));
    for (String file :
        List.of(
            "checkpoints/step-000008/variables.data-00000-of-00001",
            "predictions/test.jsonl",
            "results.json")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
    }

    Ended extended = run("train", List.of("resume=" + run, "max_steps=10"));
    assertThat(extended.code()).as(extended.err()).isZero();
    assertThat(extended.err()).contains("extends the run at step 8 from 8 to 10 steps; ");
    assertThat(run.resolve("checkpoints/step-000010")).isDirectory();
    assertThat(run.resolve("results-000008.json"))
        .hasSameBinaryContentAs(other.resolve("results.json"));

    for (String word : List.of("learning_rate=1", "num_train_epochs=3")) {
      Ended refused = run("train", List.of("resume=" + run, word));
      assertThat(refused.code()).as(word).isEqualTo(2);
      assertThat(refused.err()).contains(word.replaceFirst("=.*", ""), "max_steps");
    }
  }

  /** The validation takes several seconds, so the run must check the signal between its batches. */
  @Test
  void train_toldToEndWhileItValidates_savesAndEnds() throws Exception {
    List<String> words =
        small(
            "baselines=[]",
            "name=ended",
            "log_steps=1",
            "save_steps=100",
            "eval_batch_size=1",
            "eval_tasks=null",
            "data.val_tasks=4000");
    Process process = start("train", words);
    Path err = logs.resolve(this.err);
    for (int i = 0; i < 2400 && !Files.readString(err).contains("step 4/8"); i++) {
      Thread.sleep(50);
    }
    Thread.sleep(1000); // until validation runs
    process.destroy();

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(143);
    assertThat(Files.readString(err))
        .contains("SIGTERM: saves after this step and stops", "saved; continue with:");
    assertThat(only(directory.resolve("ended")).resolve("checkpoints/step-000004")).isDirectory();
  }

  /** The first disk is too small for the configuration, the second one for a checkpoint. */
  @ParameterizedTest
  @ValueSource(strings = {"4k", "100k"})
  void train_onAFullDisk_namesWhatItCouldNotWrite_andLeavesNoRests(String size) throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        execute("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString()) == 0,
        "only root may mount a small disk");
    try {
      Ended ended = run("train", small("baselines=[]", "save_steps=1", "output_dir=" + disk));

      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.err())
          .contains("cannot be written", "No space left on device; free some space")
          .contains(disk + "/quickstart/")
          .doesNotContain("Exception", "\tat ");
      if (size.equals("4k")) {
        assertThat(disk).isEmptyDirectory();
      }
      try (var left = Files.walk(disk)) {
        assertThat(left)
            .noneMatch(path -> path.toString().endsWith(".tmp"))
            .noneMatch(path -> path.endsWith("checkpoints"));
      }
    } finally {
      execute("umount", disk.toString());
    }
  }

  private static int execute(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void sweep_whereARunFails_runsTheOthersAndGoesOn() throws Exception {
    List<String> words = small("baselines=[]", "max_steps=4", "learning_rate=1e9,1e-3");
    words.add(0, "-m");
    Ended ended = run("train", words);

    assertThat(ended.code()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out())
        .containsPattern("\n  0 +1e9 +- .* failed\n")
        .containsPattern("\n  1 +1e-3 +reckoning +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+\n")
        .containsPattern("\n  #0 learning_rate=1e9: .* is not finite");
    Path sweep = onlyRun();
    assertThat(sweep.resolve("acc_scored_by_learning_rate.png")).isRegularFile();
    assertThat(sweep.resolve("sweep.csv")).content().contains("\n1,done,1e-3,reckoning,");
    byte[] results = Files.readAllBytes(sweep.resolve("1/results.json"));

    Ended again = run("train", List.of("resume=" + sweep));
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.out()).contains("#1 ").contains(" learning_rate=1e-3 is done\n");
    assertThat(sweep.resolve("1/results.json")).hasBinaryContent(results);
  }

  @Test
  void train_withWrongValues_namesThemAllAndStartsNothing() throws Exception {
    Ended ended =
        run("train", small("n_inner_iter=-1", "learning_rte=1", "data.hops=[1]", "method=guess"));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .contains("n_inner_iter", "learning_rte", "learning_rate", "data.hops", "method");
    assertThat(ended.err()).doesNotContain("\tat ");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void train_onBadData_namesFileAndLine() throws Exception {
    Path bad = Files.createDirectories(directory.resolve("data/mine"));
    Files.writeString(bad.resolve("train.jsonl"), "{\"guid\": 1}\n");
    Ended ended =
        run(
            "train",
            small(
                "data.source=files",
                "data.format=records",
                "data.data_dir=" + directory.resolve("data"),
                "data.dataset=mine"));

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("train.jsonl:1: ").doesNotContain("\tat ");
  }

  private List<String> small(String... more) {
    List<String> words = new ArrayList<>(SMALL);
    words.add("output_dir=" + directory);
    words.addAll(List.of(more));
    return words;
  }

  private static @Nullable Path anyCheckpoint(Path runs) throws IOException {
    if (!Files.isDirectory(runs)) {
      return null;
    }
    try (var files = Files.walk(runs)) {
      return files
          .filter(path -> path.endsWith("step-000002") || path.endsWith("step-000004"))
          .findFirst()
          .orElse(null);
    }
  }

  private Path onlyRun() throws IOException {
    return only(directory.resolve("quickstart"));
  }

  private static Path only(Path parent) throws IOException {
    try (var children = Files.list(parent)) {
      List<Path> all = children.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private static String line(String text, String start) {
    return text.lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
  }

  private Ended run(String command, List<String> words) throws Exception {
    Process process = start(command, words);
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    return new Ended(
        process.exitValue(),
        Files.readString(logs.resolve(out)),
        Files.readString(logs.resolve(err)));
  }

  private final String out = "reckoning-" + System.nanoTime() + ".out";
  private final String err = out + ".err";

  private Process start(String command, List<String> words) throws IOException {
    return ShortProcess.of(List.of(), command, words)
        .redirectOutput(logs.resolve(out).toFile())
        .redirectError(logs.resolve(err).toFile())
        .start();
  }
}
