package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.cli.config.Configurations;
import org.reckoning.cli.config.RunOverrides;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;

class StudyPlanTest {
  private static final String STUDY =
      """
      question: Which is better?
      words: [experiment=quickstart, max_steps=100]
      runs:
        weights: ['n_inner_iter=1,2']
        prompt: [method=in_context]
      sizes:
        quick: {seeds: [1, 2]}
        full: {words: [max_steps=200], seeds: [1]}
      pictures:
        first: {metric: acc_scored, x: n_inner_iter, line: run, see: The higher line.}
      """;

  static StudyFile file(String yaml) {
    return StudyFile.of(
        YamlDocument.of(yaml, "s.yaml", key -> !key.endsWith(".seeds")).root(), "s.yaml");
  }

  private static StudyPlan plan(String size, String... words) {
    return StudyPlan.of("mine", file(STUDY), size, List.of(words));
  }

  @Test
  void runs_areThoseOfEachSeed_inTurn() {
    assertThat(plan("quick").runs().stream().map(StudyRun::toString))
        .containsExactly(
            "#0 weights n_inner_iter=1 seed=1",
            "#1 weights n_inner_iter=2 seed=1",
            "#2 prompt seed=1",
            "#3 weights n_inner_iter=1 seed=2",
            "#4 weights n_inner_iter=2 seed=2",
            "#5 prompt seed=2");
  }

  @Test
  void words_ofTheUser_overrideThoseOfRun_size_andStudy() {
    assertThat(plan("full").runs().get(2).words())
        .containsExactly(
            "name=mine",
            "experiment=quickstart",
            "baselines=[]",
            "max_steps=200",
            "method=in_context");
    assertThat(plan("full", "max_steps=5", "n_inner_iter=3", "seed=7,8").runs())
        .extracting(StudyRun::toString)
        .containsExactly(
            "#0 weights seed=7", "#1 prompt seed=7", "#2 weights seed=8", "#3 prompt seed=8");
    assertThat(plan("full", "++seed=7,8").runs())
        .extracting(StudyRun::toString)
        .filteredOn(run -> run.contains("prompt"))
        .containsExactly("#2 prompt seed=7", "#5 prompt seed=8");
    assertThat(plan("full", "max_steps=5").runs().get(0).words())
        .contains("max_steps=5")
        .doesNotContain("max_steps=100", "max_steps=200");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "question: Which | quetsion: Which | key 'question' is missing or has a wrong value",
        "seeds: [1, 2] | seeds: [] | seeds ([]) must have at least one seed",
        "line: run | line: inner_lrr | x and line (inner_lrr) must be run, examination, hops or a key of a run",
        "prompt: [ | 'a/b': [ | name (a/b) must have only letters, digits",
        "line: run | runs: [other], line: run | run (other) of a picture must be one of runs",
        "sizes: | 'examinations: {test: [data.distractors=1]}\nsizes:' | name (test) of an examination must have only letters, digits, '.', '_' and '-', and not begin with '.', and must not be test or eval",
        "sizes: | 'examinations: {a: {words: [data.distractors=1], runs: [other]}}\nsizes:' | run (other) of an examination must be one of runs",
      })
  void file_withAMistake_isRefusedWithASentence(String from, String to, String problem) {
    assertThatThrownBy(() -> file(STUDY.replace(from, to)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("s.yaml must be a study: ")
        .hasMessageContaining(problem);
  }

  @Test
  void size_thatIsUnknown_isRefused() {
    assertThatThrownBy(() -> plan("huge")).hasMessage("size (huge) must be one of quick, full");
    assertThatThrownBy(() -> plan("quick", "seed=a"))
        .hasMessage("seed=a must be whole numbers, such as seed=1,2");
  }

  private static final String TIMINGS =
      """
      question: Which is faster?
      timings:
        tiny: [model=tiny, facts=5, fact_tokens=11, runs=3]
        small: [model=small]
      sizes:
        quick: {timings: [tiny], words: [runs=2]}
        full: {}
      """;

  @Test
  void timings_areThoseOfTheSize_withTheWordsOfTheUserLast() {
    StudyFile file = file(TIMINGS);

    assertThat(StudyPlan.of("mine", file, "quick", List.of("steps=1")).timings())
        .containsExactly(
            entry("tiny", List.of("model=tiny", "facts=5", "fact_tokens=11", "runs=2", "steps=1")));
    assertThat(StudyPlan.of("mine", file, "full", List.of()).timings().keySet())
        .containsExactly("tiny", "small");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "[tiny] | [big] | s.yaml must be a study: timing (big) of a size must be one of timings",
        "small: [ | tiny.png/: [ | s.yaml must be a study: name (tiny.png/) must have only letters",
        "sizes: | 'pictures: {small: {metric: f1, x: run, line: run, see: a}}\nsizes:' | s.yaml must be a study: name (small) is that of a timing and of a picture: rename one, both write small.png",
        "runs=3 | rums=3 | timing tiny of study mine: rums",
        "runs=2 | runs=0 | timing tiny of study mine: runs (0) must be at least 1",
      })
  void timings_withAMistake_areRefusedWithASentence(String from, String to, String problem) {
    assertThatThrownBy(
            () -> StudyPlan.of("mine", file(TIMINGS.replace(from, to)), "quick", List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(problem);
  }

  @Test
  void mistakes_ofRunsExaminationsAndSearch_areRefusedTogether() {
    StudyFile file =
        file(
            STUDY.replace("prompt: [", "prompt: [data.hop=2, ")
                + """
                examinations:
                  more: {words: [data.distractor=4], runs: [weights]}
                search: {words: ['model=tiny,small'], runs: [weights]}
                """);
    StudyPlan plan =
        Objects.requireNonNull(file.search()).plan(StudyPlan.of("mine", file, "quick", List.of()));

    assertThatThrownBy(() -> plan.configs(new Configurations(null), file))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.problems())
                    .contains(
                        "no such key 'data.hop'; did you mean data.hops?",
                        "examination more: data.distractor is not a known key; did you mean data.distractors?",
                        "search: 'model=tiny' chooses a group, which cannot change after the start of a run: give its keys, such as model.KEY=VALUE")
                    .hasSize(4)); // a problem for model=small
  }

  static Stream<String> projectStudies() {
    return new Configurations(null).studies().stream();
  }

  @ParameterizedTest
  @MethodSource("projectStudies")
  void study_ofTheProject_isValidInBothSizes(String name) {
    Configurations files = new Configurations(null);
    StudyFile file = StudyFile.of(files.study(name), name);
    for (String size : List.of("quick", "full")) {
      StudyPlan plan = StudyPlan.of(name, file, size, List.of());
      List<RunConfig> configs = plan.configs(files, file);
      for (StudyExamination examination : file.examinations().values()) {
        RunConfig examined =
            plan.runs().stream()
                .filter(run -> examination.isOf(run.name()))
                .findFirst()
                .map(run -> configs.get(run.number()))
                .orElseThrow();
        assertThat(RunOverrides.apply(examined, examination.words())).isNotEqualTo(examined);
      }
      if (file.search() != null) {
        StudyPlan searched = file.search().plan(plan);
        assertThat(searched.searches()).isNotEmpty();
        assertThat(searched.configs(files, file)).hasSameSizeAs(searched.runs());
      }
    }
    assertThat(file.pictures().size() + file.timings().size()).isPositive();
  }
}
