package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.cli.Reckoning;
import org.reckoning.cli.config.Configurations;

class StudyCommandTest {
  private static final String STUDY =
      """
      question: Which is better?
      words: [experiment=quickstart, max_steps=100]
      runs: {weights: [], prompt: [method=in_context]}
      examinations: {more: [data.distractors=4]}
      search: {words: ['learning_rate=0.1,0.2'], runs: [prompt], with: [max_steps=7]}
      sizes: {quick: {seeds: [1]}}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @BeforeEach
  void writeStudy() throws IOException {
    write(STUDY);
  }

  private void write(String study) throws IOException {
    Files.createDirectories(directory.resolve("mine/study"));
    Files.writeString(directory.resolve("mine/study/prompt.yaml"), study);
  }

  private int run(String... words) {
    return Reckoning.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }

  private int plan(String... words) {
    List<String> all = new ArrayList<>(List.of("study", "prompt", "--plan"));
    all.add("--config-dir=" + directory.resolve("mine"));
    all.add("output_dir=" + directory.resolve("outputs"));
    all.addAll(List.of(words));
    return run(all.toArray(String[]::new));
  }

  @Test
  void plan_hasShortRuns_unlessTheUserSetsWhatTheySearch() {
    assertThat(plan()).isZero();
    assertThat(out.toString()).contains("planned 4 runs in ");

    assertThat(plan("learning_rate=0.3")).isZero();
    assertThat(out.toString()).contains("planned 2 runs in ");
  }

  @Test
  void mistakes_areRefused_beforeADirectoryIsMade() throws IOException {
    write(
        STUDY
            .replace("distractors=4", "distractor=4")
            .replace("learning_rate=0.1,0.2", "model=tiny,small"));

    assertThat(plan()).isEqualTo(2);

    assertThat(err.toString()).contains("examination more: ", "search: ");
    assertThat(directory.resolve("outputs")).doesNotExist();
  }

  @Test
  void plan_ofAStudyWithoutRuns_isRefused_alsoOnResume() throws IOException {
    String problem = "--plan writes the directories of runs, and study prompt has none: omit it\n";
    write(
        "{question: Which one, timings: {tiny: [model=tiny, facts=1, fact_tokens=4, question_tokens=4]}, sizes: {quick: {}}}");
    assertThat(plan()).isEqualTo(2);
    assertThat(err).hasToString(problem);

    StudyFile file =
        StudyPlanTest.file(Files.readString(directory.resolve("mine/study/prompt.yaml")));
    Path study = Files.createDirectory(directory.resolve("timed"));
    StudyDirectory.create(
        study,
        StudyPlan.of("prompt", file, "quick", List.of()),
        new Configurations(directory.resolve("mine")).study("prompt"),
        List.of());
    assertThat(run("study", "resume=" + study, "--plan")).isEqualTo(2);
    assertThat(err).hasToString(problem + problem);
    assertThat(out).hasToString("");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "study methods --plan -j 2 | -j (2) has no effect with --plan, which trains no run: omit it",
        "study resume=DIR --config-dir mine | --config-dir (mine) has no effect with resume=DIR, which continues a study as planned: omit it",
        "study methods -j 0 | -j (0) must be at least 1",
      })
  void option_withoutEffect_isRefused(String words, String problem) {
    assertThat(run(words.split(" ", -1))).isEqualTo(2);

    assertThat(err).hasToString(problem + "\n");
  }
}
