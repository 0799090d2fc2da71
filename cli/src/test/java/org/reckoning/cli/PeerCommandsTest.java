package org.reckoning.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.cli.process.PeerProcess;
import org.reckoning.graph.peers.Peers;

/** Commands that a launcher such as mpirun starts in several processes. */
class PeerCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory;

  /** Runs a command as the launcher does; returns its exit code. */
  private int run(Peers peers, String... words) {
    PrintWriter errors = new PrintWriter(err, true);
    PeerProcess process = new PeerProcess(peers);
    int code =
        Reckoning.commandLine(List.of(), process)
            .setOut(process.out(new PrintWriter(out, true)))
            .setErr(process.err(errors))
            .execute(words);
    process.leave(code, errors);
    return code;
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval --run x", "config", "ask --run x", "devices", "bench step"})
  void commandForOneProcess_isRefusedInSeveral(String words) {
    EchoPeers peers = new EchoPeers(0, 3);

    assertThat(run(peers, words.split(" "))).isEqualTo(2);

    String command = words.replaceFirst(" --.*", "");
    assertThat(err.toString().strip())
        .isEqualTo(
            "'reckoning %s' runs in one process, but 3 were started: start it without mpirun or srun; see 'reckoning %s --help'"
                .formatted(command, command));
    assertThat(peers.ends()).containsExactly("aborted with 2");
  }

  @Test
  void help_isPrintedByRankZeroAlone() {
    EchoPeers peers = new EchoPeers(1, 2);
    assertThat(run(peers, "train", "--help")).isZero();
    assertThat(out.toString()).isEmpty();

    assertThat(run(new EchoPeers(0, 2), "train", "--help")).isZero();
    assertThat(out.toString()).contains("mpirun -np 2 ./reckoning train");
    assertThat(peers.ends()).containsExactly("closed");
  }

  /** A rank other than 0 waits for rank 0, which ends it if all fail alike. */
  @Test
  void failureOfAnotherRank_isPrintedBeforeItEndsAll() {
    EchoPeers peers = new EchoPeers(2, 3);
    long start = System.nanoTime();

    assertThat(run(peers, "train", "--colour")).isEqualTo(2);

    assertThat((System.nanoTime() - start) / 1e9).isGreaterThan(1);
    assertThat(err.toString()).startsWith("Unknown option: '--colour'").hasLineCount(1);
    assertThat(peers.ends()).containsExactly("aborted with 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-m seed=1,2 | a sweep needs one process, but 3 were started: plan it with 'train -m --plan'",
        "gradient_accumulation_steps=2 | gradient_accumulation_steps (2) must be at least the number of processes (3)",
        "--plan seed=1 | --plan writes the runs of a new sweep: give -m and lists of values"
      })
  void train_thatSeveralProcessesCannot_isRefusedBeforeItWrites(String words, String sentence) {
    String[] all = ("train output_dir=" + directory + " " + words).split(" ");

    assertThat(run(new EchoPeers(0, 3), all)).isEqualTo(2);

    assertThat(err.toString()).startsWith(sentence).hasLineCount(1);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void inspect_ofSeveralProcesses_saysDevicesAndPassesOfEach() {
    String[] words = {
      "inspect", "xla=off", "gradient_accumulation_steps=5", "data.train_tasks=8", "model.n_layer=1"
    };
    EchoPeers peers = new EchoPeers(0, 3);

    assertThat(run(peers, words)).as(err.toString()).isZero();

    assertThat(out.toString())
        .containsPattern("peers +3 ranks by echo: passes 2, 2, 1 of each update")
        .containsPattern("devices +CPU:0 of \\S+ \\(ranks 0, 1, 2\\)")
        .doesNotContain("time of a training step");
    assertThat(peers.ends()).containsExactly("closed");
  }

  @Test
  void plan_writesRunsThatAreTrainedOneByOne() throws IOException {
    String[] words = {
      "train",
      "-m",
      "--plan",
      "output_dir=" + directory,
      "name=planned",
      "seed=1,2",
      "xla=off",
      "n_inner_iter=1",
      "model.n_layer=1",
      "model.n_embd=8",
      "model.n_head=2",
      "max_steps=1",
      "eval_steps=null",
      "monitor=loss",
      "generate=false",
      "tensorboard=false",
      "data.train_tasks=4",
      "data.val_tasks=2",
      "data.test_tasks=2"
    };
    assertThat(run(Peers.ALONE, words)).as(err.toString()).isZero();

    Path sweep = only(directory.resolve("planned"));
    assertThat(out.toString())
        .contains(
            "wrote 2 runs, %s/0 to 1".formatted(sweep),
            "./reckoning train resume=%s/0 ".formatted(sweep),
            "sbatch --array=0-1 --wrap './reckoning train resume=%s/$SLURM_ARRAY_TASK_ID'"
                .formatted(sweep));
    assertThat(sweep.resolve("1/config.yaml")).content().contains("seed: 2");
    assertThat(sweep.resolve("1/checkpoints")).doesNotExist();

    assertThat(run(Peers.ALONE, "train", "resume=" + sweep.resolve("1"))).isZero();
    assertThat(sweep.resolve("1/results.json")).isRegularFile();
    assertThat(sweep.resolve("0/checkpoints")).doesNotExist();

    out.getBuffer().setLength(0);
    assertThat(run(Peers.ALONE, "train", "resume=" + sweep)).isZero();
    assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
        .contains("job seed method acc_scored loss")
        .anyMatch(line -> line.startsWith("0 1 reckoning "))
        .anyMatch(line -> line.startsWith("1 2 reckoning "));
  }

  /** As a user pastes them into a shell. */
  @Test
  void commands_ofAPlanInADirectoryWithASpace_areQuoted() throws IOException {
    Path runs = directory.resolve("my runs");
    String[] words = {"train", "-m", "--plan", "output_dir=" + runs, "name=planned", "seed=1,2"};
    assertThat(run(Peers.ALONE, words)).as(err.toString()).isZero();

    Path sweep = only(runs.resolve("planned"));
    assertThat(out.toString())
        .contains(
            "  ./reckoning train 'resume=%s/0' ".formatted(sweep),
            "--wrap './reckoning train '\\''resume=%s/'\\''$SLURM_ARRAY_TASK_ID' ".formatted(sweep),
            "  ./reckoning train 'resume=%s' ".formatted(sweep));
  }

  private static Path only(Path parent) throws IOException {
    try (var children = Files.list(parent)) {
      return children.findFirst().orElseThrow();
    }
  }
}
