package org.reckoning.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.config.YamlDocument;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ReckoningTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "config --help",
        "devices --help",
        "bench --help",
        "bench step --help",
        "generate-completion --help",
        "inspect --help",
        "ask --help",
        "export --help"
      })
  void help_hasExamples(String words) {
    assertThat(run(words.split(" ", -1))).isZero();

    assertThat(out.toString()).contains("Usage: reckoning", "Example", "--stacktrace");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void helpOfTheRoot_listsCommandsAndExitCodes() {
    run("--help");

    assertThat(out.toString())
        .contains(
            "config",
            "devices",
            "bench",
            "inspect",
            "generate-completion",
            "Exit codes:",
            "  2   ",
            "  129, 130, 143   a signal");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "config --version", "data stats --version"})
  void version_comesFromTheBuild(String words) {
    assertThat(run(words.split(" ", -1))).isZero();

    assertThat(out.toString())
        .containsPattern("reckoning \\d+\\.\\d+.*\\RTensorFlow Java \\d+\\.\\d+.*\\RJava \\d+");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "confg|'confg' is not a command; did you mean config?; see 'reckoning --help'",
        "--colour|'--colour' is not an option; see 'reckoning --help'",
        "data stat|'stat' is not a command of 'reckoning data', which has validate, stats, convert, generate; did you mean stats?; see 'reckoning data --help'",
        "config --colour|Unknown option: '--colour'; see 'reckoning config --help'",
        "config --cfg x|Invalid value for option '--cfg': 'x' must be one of job; see 'reckoning config --help'"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void unknownWord_isOneLineAndExitCodeTwo(String words, String line) {
    assertThat(run(words.split(" ", -1))).isEqualTo(2);

    assertThat(err.toString().strip()).isEqualTo(line);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void noCommand_printsTheUsage() {
    assertThat(run()).isEqualTo(2);

    assertThat(err.toString()).contains("Usage: reckoning", "config");
  }

  @Test
  void config_printsWhatItComposed() {
    assertThat(run("config", "experiment=quickstart", "n_inner_iter=2")).isZero();

    assertThat(out.toString())
        .contains("name: quickstart", "n_inner_iter: 2", "  n_embd: 64", "  hops:\n    - 2\n");
    assertThat(YamlDocument.value(out.toString(), "output").get("baselines"))
        .hasToString("[\"no_facts\",\"in_context\"]");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void config_tellsAllProblemsAndPrintsAnyway() {
    assertThat(run("config", "inner_lrr=2", "inner_lr=-2", "experiment=clutrr_gpt2")).isEqualTo(2);

    assertThat(err.toString().lines())
        .containsExactly(
            "no such key 'inner_lrr'; did you mean inner_lr?",
            "inner_lr (-2) must be a number of at least 0",
            "data.data_dir must be set: data.data_dir=VALUE (configs/data/clutrr.yaml, line 6 leaves it unset)");
    assertThat(out.toString()).contains("inner_lr: -2");
  }

  @Test
  void cfg_printsWithoutChecks() {
    assertThat(run("config", "--cfg", "job", "inner_lr=-2")).isZero();

    assertThat(out.toString()).contains("inner_lr: -2");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void resolve_putsValuesInPlaceOfReferences() {
    run("config", "data=clutrr", "data.data_dir=there");
    assertThat(out.toString()).contains("train: \"${data.data_dir}/train.csv\"");
    out.getBuffer().setLength(0);

    run("config", "data=clutrr", "data.data_dir=there", "--resolve");
    assertThat(out.toString()).contains("train: there/train.csv");
  }

  @Test
  void multirun_printsEachRun() {
    assertThat(run("config", "-m", "seed=1,2", "n_inner_iter=range(1,3)")).isZero();

    assertThat(out.toString().lines().filter(line -> line.startsWith("# #")))
        .containsExactly(
            "# #0 seed=1 n_inner_iter=1",
            "# #1 seed=1 n_inner_iter=2",
            "# #2 seed=2 n_inner_iter=1",
            "# #3 seed=2 n_inner_iter=2");
    assertThat(out.toString()).contains("seed: 2\n");
  }

  @Test
  void keys_areListedWithDefaultAndMeaning() {
    assertThat(run("config", "--keys")).isZero();

    assertThat(out.toString())
        .contains("configs/default/inner.yaml")
        .containsPattern("  inner_opt=sgd +update rule: sgd, momentum, adamw\\R")
        .containsPattern(
            "  model.n_embd=64 +width, a multiple of n_head; null: that of the preset\\R");
  }

  @ParameterizedTest
  @CsvSource({
    "config --keys seed=1, --keys describes the keys of all configurations",
    "config --schema seed=1, --schema describes the keys of all configurations",
    "config --keys -m, -m has no effect with --keys: omit it",
    "config --keys --schema, --keys and --schema exclude each other",
    "inspect --run RUN --cfg job, '--cfg has no effect with --run, which has a configuration: omit it'",
    "inspect --sizes --config-dir DIR k=1, --config-dir has no effect with --sizes: omit it",
    "train resume=RUN --cfg job, '--cfg has no effect with resume, which has a configuration: omit it'",
    "train --resolve seed=1, --resolve has no effect without --cfg job",
    "inspect --resolve seed=1, --resolve has no effect without --cfg job"
  })
  void optionWithoutEffect_isRefused(String words, String sentence) {
    assertThat(run(words.split(" "))).isEqualTo(2);

    assertThat(err.toString().strip()).startsWith(sentence).hasLineCount(1);
  }

  @Test
  void configDirectoryOutsideTheProject_isUsed(@TempDir Path directory) throws IOException {
    Files.createDirectories(directory.resolve("experiment"));
    Files.writeString(
        directory.resolve("experiment/mine.yaml"),
        "# @package _global_\ndefaults: [quickstart]\nname: mine\nseeed: 7\n");

    assertThat(run("config", "--config-dir", directory.toString(), "experiment=mine")).isEqualTo(2);
    assertThat(out.toString()).contains("name: mine", "- in_context");
    assertThat(err.toString().strip())
        .isEqualTo(
            "seeed is not a known key (%s/experiment/mine.yaml, line 4); did you mean seed?"
                .formatted(directory));
  }

  @Test
  void configurationFileInLatin1_isNamedWithItsLine(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("experiment/latin.yaml");
    Files.createDirectories(directory.resolve("experiment"));
    Files.write(file, "# S\u00e3o\nname: x\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(run("config", "--config-dir", directory.toString(), "experiment=latin"))
        .isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo("'%s', line 1: must be text in UTF-8; save it in that encoding".formatted(file));
  }

  @Test
  void failure_isOneSentenceAndExitCodeOne() {
    CommandLine line = commandLine(new Failing("the disk is full"));

    assertThat(line.execute("failing")).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo("the disk is full");
  }

  @Test
  void pathThatTheLocaleLacks_isASentence() {
    CommandLine line = commandLine(new Lost());

    assertThat(line.execute("lost")).isEqualTo(2);
    assertThat(err.toString().strip())
        .startsWith("path 'dä' is invalid: ")
        .contains("LC_ALL=C.UTF-8")
        .doesNotContain("Exception")
        .hasLineCount(1);
  }

  @Test
  void failureWithoutMessage_isCalledABug() {
    CommandLine line = commandLine(new Failing(null));

    assertThat(line.execute("failing")).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo("java.lang.IllegalStateException: this is a bug; --stacktrace shows where");
  }

  @Test
  void fullHeap_isOneSentenceThatNamesTheSetting() {
    CommandLine line = commandLine(new Full(), new Unlinked());

    assertThat(line.execute("full")).isEqualTo(1);
    assertThat(err.toString().strip())
        .startsWith("Java is out of memory (Java heap space; its heap may take ")
        .endsWith(" MiB): set RECKONING_HEAP to more, such as 8g")
        .hasLineCount(1);
    err.getBuffer().setLength(0);

    assertThat(line.execute("unlinked")).isEqualTo(1);
    assertThat(err.toString().strip())
        .startsWith("a native library cannot be loaded (libtensorflow_cc.so.2: no such file): ")
        .hasLineCount(1);
  }

  @Test
  void stacktrace_showsWhere() {
    CommandLine line = commandLine(new Failing("the disk is full"));

    assertThat(line.execute("--stacktrace", "failing")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("the disk is full")
        .contains("at org.reckoning.cli.ReckoningTest$Failing.run");
    err.getBuffer().setLength(0);
    assertThat(run("config", "inner_lr=-1", "--stacktrace")).isEqualTo(2);
    assertThat(err.toString()).contains("ConfigException", "\tat org.reckoning");
  }

  @Test
  void completion_isAScript() {
    assertThat(run("generate-completion")).isZero();

    assertThat(out.toString()).contains("complete -F", "--config-dir", "generate-completion");
  }

  @Test
  void devices_areListed() {
    assertThat(run("devices")).isZero();

    assertThat(out.toString()).startsWith("CPU:0").containsAnyOf("GPU:0 (", "sees no GPU");
  }

  /** What Java does in a locale without umlauts. */
  @Command(name = "lost")
  static final class Lost implements Runnable {
    @Override
    public void run() {
      throw new InvalidPathException(
          "dä", "Malformed input or input contains unmappable characters");
    }
  }

  /** A command that needs more memory than there is. */
  @Command(name = "full")
  static final class Full implements Runnable {
    @Override
    public void run() {
      throw new OutOfMemoryError("Java heap space");
    }
  }

  /** What Java does on a system without glibc. */
  @Command(name = "unlinked")
  static final class Unlinked implements Runnable {
    @Override
    public void run() {
      throw new UnsatisfiedLinkError("libtensorflow_cc.so.2: no such file");
    }
  }

  /** A command that fails. */
  @Command(name = "failing")
  static final class Failing implements Runnable {
    private final @Nullable String message;

    Failing(@Nullable String message) {
      this.message = message;
    }

    @Override
    public void run() {
      throw new IllegalStateException(message);
    }
  }

  private CommandLine commandLine(Object... more) {
    return Reckoning.commandLine(List.of(more))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }

  private int run(String... words) {
    return commandLine().execute(words);
  }
}
