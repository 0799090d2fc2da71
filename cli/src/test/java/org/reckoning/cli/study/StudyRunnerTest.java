package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.cli.config.Configurations;
import org.reckoning.cli.process.ChildProcesses;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.training.StopRequest;

class StudyRunnerTest {
  private static final StudyReport.Program PROGRAM = new StudyReport.Program("reckoning 1", "abc");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private StudyDirectory study;

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private int reports;

  @BeforeEach
  void create() throws IOException {
    YamlDocument yaml =
        YamlDocument.of(
            """
            question: Does it run?
            runs: {weights: []}
            examinations: {hops_3: ['data.hops=[3]']}
            sizes: {quick: {seeds: [1, 2, 3]}}
            """,
            "s.yaml",
            key -> !key.endsWith(".seeds"));
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan = StudyPlan.of("mine", file, "quick", List.of());
    study =
        StudyDirectory.create(
            directory, plan, yaml.root(), plan.configs(new Configurations(null), file));
  }

  /** Creates a study with a search, and returns its directory. */
  private Path createWithSearch(String text) throws IOException {
    YamlDocument yaml = YamlDocument.of(text, "s.yaml", key -> !key.endsWith(".seeds"));
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan =
        Objects.requireNonNull(file.search()).plan(StudyPlan.of("mine", file, "quick", List.of()));
    Path place = directory.resolve("search");
    study =
        StudyDirectory.create(
            place, plan, yaml.root(), plan.configs(new Configurations(null), file));
    return place;
  }

  private Map<String, String> run(int jobs, StopRequest stop) throws IOException {
    return run(jobs, stop, (now, failed) -> reports++);
  }

  private Map<String, String> run(int jobs, StopRequest stop, StudyRunner.Finished finished)
      throws IOException {
    ConsoleProgress progress =
        new ConsoleProgress(
            new PrintStream(shown, true, StandardCharsets.UTF_8),
            new ConsoleStyle(ConsoleStyle.Display.LIVE, false, 1));
    ChildProcesses processes = new ChildProcesses(FakeCommand.class.getName());
    return new StudyRunner(study, processes, progress, finished).run(jobs, stop);
  }

  private String shown() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  private String log(int run) throws IOException {
    return Files.readString(directory.resolve(run + "/study.log"));
  }

  private boolean isDone(int run) {
    StudyRun planned = study.plan().runs().get(run);
    return study.isTrained(planned) && study.missing(planned).isEmpty();
  }

  @Test
  void run_whereOneFails_doesTheOthers_andRepeatsOnlyThatOne() throws IOException {
    Files.createFile(directory.resolve("1/fail"));

    assertThat(run(2, () -> false))
        .isEqualTo(Map.of("#1 weights seed=2", "the loss is not finite"));

    assertThat(IntStream.range(0, 3).filter(this::isDone)).containsExactly(0, 2);
    assertThat(log(0)).contains("train\n", "eval --run", "--name hops_3");
    assertThat(reports).isEqualTo(3);
    assertThat(shown())
        .contains(
            "#0 weights seed=1 examines hops_3\n",
            "#1 weights seed=2 failed: the loss is not finite\n");

    Files.delete(directory.resolve("1/fail"));
    assertThat(run(1, () -> false)).isEmpty();
    assertThat(isDone(1)).isTrue();
    assertThat(log(0).lines()).hasSize(2); // not repeated
    assertThat(reports).isEqualTo(4);
  }

  /** A setting that was not tried to its end must not decide. */
  @Test
  void run_whoseSearchFails_waits_andTakesTheBestSettingOnceAllAreTrained() throws IOException {
    Path place =
        createWithSearch(
            """
            question: Which rate is best?
            runs: {weights: [], free: []}
            search: {words: ['learning_rate=0.1,0.2'], runs: [weights], with: [max_steps=1]}
            sizes: {quick: {seeds: [1]}}
            """);
    Files.createFile(place.resolve("1/fail"));

    List<String> lastReport = new ArrayList<>();
    StudyRunner.Finished finished =
        (now, failed) -> {
          lastReport.clear();
          lastReport.addAll(StudyReport.of(now, PROGRAM, failed).failures());
        };

    assertThat(run(1, () -> false, finished))
        .isEqualTo(
            Map.of("#1 search of weights learning_rate=0.2 seed=1", "the loss is not finite"));
    String waits =
        "1 run waits for search runs that failed: resume the study, or begin one without the failing settings";
    assertThat(shown()).contains(waits + "\n");
    assertThat(lastReport)
        .containsExactly(
            "#1 search of weights learning_rate=0.2 seed=1: the loss is not finite", waits);

    study = StudyDirectory.open(place);
    assertThat(study.plan().isOpen()).isTrue();
    assertThat(IntStream.range(0, 4).filter(this::isDone)).containsExactly(0, 3);

    Files.delete(place.resolve("1/fail"));
    assertThat(run(1, () -> false)).isEmpty();
    assertThat(StudyDirectory.open(place).plan().isOpen()).isFalse();
    assertThat(IntStream.range(0, 4).filter(this::isDone)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void run_thatTheSearchHasTrainedAlready_takesItsResults() throws IOException {
    Path place =
        createWithSearch(
            """
            question: Which rate is best?
            runs: {weights: ['learning_rate=0.2']}
            search: {words: ['learning_rate=0.1,0.2'], runs: [weights], with: [max_steps=1]}
            sizes: {quick: {words: [max_steps=1], seeds: [1, 2]}}
            """);
    Path predictions = Files.createDirectories(place.resolve("1/predictions"));
    Files.writeString(predictions.resolve("test.jsonl"), "{}");
    Files.createFile(place.resolve("1/.lock"));

    assertThat(run(1, () -> false)).isEmpty();

    study = StudyDirectory.open(place);
    assertThat(IntStream.range(0, 4).filter(this::isDone)).containsExactly(0, 1, 2, 3);
    assertThat(shown())
        .contains(
            "#2 weights seed=1 takes the results of #1 search of weights learning_rate=0.2 seed=1: its configuration is the same\n")
        .contains("#3 weights seed=2 begins\n")
        .doesNotContain("#2 weights seed=1 begins");
    assertThat(place.resolve("2/predictions/test.jsonl")).hasContent("{}");
    assertThat(place.resolve("2/.lock")).doesNotExist();
  }

  @Test
  void reason_isTheLastLineOfTheCommandItself_orTheSignalThatEndedIt() throws IOException {
    Path log = Files.writeString(directory.resolve("log"), "of the command before\n");
    long before = Files.size(log);
    assertThat(ChildProcesses.reason(3, log, before)).isEqualTo("it ended with exit code 3");
    assertThat(ChildProcesses.reason(137, log, before))
        .startsWith("signal 9 ended it, and the system sends signal 9 if memory runs out; see '");
    Files.writeString(log, "no such key\n\n", StandardOpenOption.APPEND);
    assertThat(ChildProcesses.reason(1, log, before)).isEqualTo("no such key");
  }

  @Test
  void run_ofTimings_measuresEachOnce_andRepeatsTheFailedOne() throws IOException {
    YamlDocument yaml =
        YamlDocument.of(
            """
            question: Which is faster?
            timings: {fails: [model=tiny, facts=1], tiny: [model=tiny, fact_tokens=4]}
            sizes: {quick: {}}
            """,
            "s.yaml",
            key -> true);
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan = StudyPlan.of("mine", file, "quick", List.of("fact_tokens=5", "facts=2"));
    study = StudyDirectory.create(directory, plan, yaml.root(), List.of());
    Path fail = directory.resolve("timings/fail");
    Files.writeString(fail, "fails.json");

    assertThat(run(2, () -> false)).isEqualTo(Map.of("fails", "no memory"));
    assertThat(study.times("fails")).isEmpty();
    assertThat(study.times("tiny")).isPresent();
    assertThat(shown()).contains("measures tiny\n", "fails failed: no memory\n");

    Files.delete(fail);
    assertThat(run(2, () -> false)).isEmpty();
    assertThat(study.times("fails")).isPresent();
    assertThat(Files.readString(study.timingLog("tiny")))
        .isEqualTo("model=tiny fact_tokens=5 facts=2\n"); // once
    assertThat(reports).isEqualTo(3);
  }

  /** A line of a log may quote a file. */
  @Test
  void reason_withControlCharacters_isShownWithTheirNumbers() throws IOException {
    Files.writeString(directory.resolve("0/fail"), "token '\u001b[2J' is unknown");
    String safe = "token '\\u001b[2J' is unknown";

    assertThat(run(1, () -> false)).containsEntry("#0 weights seed=1", safe);

    assertThat(shown()).contains("failed: " + safe + "\n");
  }

  static List<Exception> problemsOfReports() {
    return List.of(
        new IOException("no space left on device"),
        new ConfigException(List.of("data.hops ([0]) must be positive")));
  }

  /** The command line prints the problem, on a line of its own. */
  @ParameterizedTest
  @Timeout(60)
  @MethodSource("problemsOfReports")
  void problem_ofTheReport_isThrownAsItIs_belowTheLiveLine(Exception problem) {
    assertThatThrownBy(
            () ->
                run(
                    1,
                    () -> false,
                    (now, failed) -> {
                      while (!shown().contains("1 of 3 runs trained")) {
                        LockSupport.parkNanos(10_000_000);
                      }
                      if (problem instanceof IOException e) {
                        throw e;
                      }
                      throw (RuntimeException) problem;
                    }))
        .isSameAs(problem);

    assertThat(shown()).endsWith("\n").contains("1 of 3 runs trained, 0 failed, 33 %");
  }

  @Test
  @Timeout(60)
  void run_thatIsStopped_endsItsCommands_andStartsNoOthers() throws IOException {
    Files.createFile(directory.resolve("0/wait"));

    assertThat(run(1, () -> Files.exists(directory.resolve("0/waits")))).isEmpty();

    assertThat(directory.resolve("0/results.json")).doesNotExist();
    assertThat(directory.resolve("1/study.log")).doesNotExist();
  }

  @Test
  @Timeout(60)
  void run_whoseCommandASignalEndsFirst_failsNothing_andStartsNoOthers() throws IOException {
    Files.createFile(directory.resolve("0/signal"));

    assertThat(run(1, () -> Files.exists(directory.resolve("0/signalled")))).isEmpty();

    assertThat(shown()).doesNotContain("failed:");
    assertThat(directory.resolve("1/study.log")).doesNotExist();
  }
}
