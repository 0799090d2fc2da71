package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.cli.config.Configurations;
import org.reckoning.trainer.config.YamlDocument;

/** Work of a study with two short runs of 10 steps, and runs of 100 steps, 4 passes each. */
class StudyWorkTest {
  private static final String RESULTS =
      """
      {"rows": [{"method": "reckoning", "hops": 2, "problems": 4,
       "metrics": {"loss": 0.5, "acc_scored": 0.5}, "scored": {"low": 0, "high": 1}}]}
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  private StudyWork work() throws IOException {
    YamlDocument yaml =
        YamlDocument.of(
            """
            question: Which rate is best?
            words: [experiment=quickstart, max_steps=100, n_inner_iter=3]
            runs: {weights: [], free: []}
            search: {words: ['learning_rate=0.1,0.2'], runs: [weights], with: [max_steps=10]}
            sizes: {quick: {seeds: [1]}}
            """,
            "s.yaml",
            key -> !key.endsWith(".seeds"));
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan =
        Objects.requireNonNull(file.search()).plan(StudyPlan.of("mine", file, "quick", List.of()));
    return StudyWork.of(
        StudyDirectory.create(
            directory, plan, yaml.root(), plan.configs(new Configurations(null), file)));
  }

  @Test
  void longestFirst_ordersByWork_andElseAsPlanned() throws IOException {
    StudyWork work = work();
    List<StudyRun> runs = StudyDirectory.open(directory).plan().runs();

    assertThat(work.longestFirst(runs)).extracting(StudyRun::number).containsExactly(2, 3, 0, 1);
  }

  @Test
  void progress_countsPassesOfTrainedRuns_andOfStepsMade() throws IOException {
    StudyWork work = work();
    assertThat(work.progress(Set.of())).isEqualTo(new StudyWork.Progress(0, 4, 0, 880));

    Files.writeString(directory.resolve("0/results.json"), RESULTS);
    Files.writeString(directory.resolve("3/metrics.jsonl"), "{\"step\": 25}\n");

    assertThat(work.progress(Set.of())).isEqualTo(new StudyWork.Progress(1, 4, 140, 880));
    assertThat(work.progress(Set.of()).percent()).isEqualTo(15);
  }

  @Test
  void progress_leavesOutFailedRuns_andThoseThatWaitForThem() throws IOException {
    StudyWork work = work();
    Files.writeString(directory.resolve("1/metrics.jsonl"), "{\"step\": 5}\n");
    String search = "#1 search of weights learning_rate=0.2 seed=1";

    assertThat(work.progress(Set.of(search))).isEqualTo(new StudyWork.Progress(0, 4, 0, 440));
    assertThat(
            work.progress(
                    Set.of(
                        search, "#0 search of weights learning_rate=0.1 seed=1", "#3 free seed=1"))
                .percent())
        .isEqualTo(100);
  }

  /** It is asked twice a second. */
  @Test
  void progress_readsConfigurationsOnce_andResultsOfTrainedRunsOnce() throws IOException {
    StudyWork work = work();
    Path results = Files.writeString(directory.resolve("0/results.json"), RESULTS);
    StudyWork.Progress before = work.progress(Set.of());

    Files.delete(results);
    Files.delete(directory.resolve("0/config.yaml"));
    Files.delete(directory.resolve("3/config.yaml"));

    assertThat(work.progress(Set.of())).isEqualTo(before);
  }
}
