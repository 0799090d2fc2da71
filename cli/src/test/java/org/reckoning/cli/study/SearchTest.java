package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.reckoning.cli.config.Configurations;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

class SearchTest {
  private static final StudyFile FILE =
      StudyPlanTest.file(
          """
          question: Which is better?
          words: [experiment=quickstart, max_steps=100]
          runs:
            weights: ['n_inner_iter=1,2']
            prompt: ['n_inner_iter=1,2', method=in_context]
          search: {words: ['learning_rate=0.1,0.2'], runs: [prompt], with: [max_steps=7]}
          sizes:
            quick: {seeds: [1, 2]}
          """);

  private static final Search SEARCH = Objects.requireNonNull(FILE.search());

  /** Returns the plan with repetitions of prompt, which take a third of the operations. */
  private static StudyPlan plan() throws IOException {
    StudyPlan plan = StudyPlan.of("mine", FILE, "quick", List.of());
    List<RunConfig> configs = plan.configs(new Configurations(null), FILE);
    return SEARCH.plan(
        new EqualFlops("weights", List.of("prompt"))
            .repeat(
                plan,
                run -> configs.get(run.number()),
                config -> config.method().adapts() ? 3 : 1));
  }

  @Test
  void plan_beginsWithAShortRunOfEachSetting_ofTheFirstSeed() throws IOException {
    assertThat(plan().searches())
        .extracting(StudyRun::toString)
        .containsExactly(
            "#0 search of prompt n_inner_iter=1 learning_rate=0.1 seed=1",
            "#1 search of prompt n_inner_iter=1 learning_rate=0.2 seed=1",
            "#2 search of prompt n_inner_iter=2 learning_rate=0.1 seed=1",
            "#3 search of prompt n_inner_iter=2 learning_rate=0.2 seed=1");
    assertThat(plan().searches())
        .allSatisfy(run -> assertThat(run.words()).contains("max_steps=7"));
  }

  @Test
  void words_ofTheUser_overrideThoseOfTheSearch() {
    assertThat(SEARCH.without(List.of("max_steps=400", "seed=1")))
        .isEqualTo(new Search(List.of("learning_rate=0.1,0.2"), List.of("prompt"), List.of()));
    assertThat(SEARCH.without(List.of("++learning_rate=0.01,0.02"))).isNull();
  }

  @Test
  void bestSetting_isThatOfTheValidation_forAllSeeds_andForEqualOperations() throws IOException {
    StudyPlan settled =
        Search.settle(plan(), run -> Optional.of(List.of(0.3, 0.5, 0.9, 0.5).get(run.number())));

    assertThat(settled.isOpen()).isFalse();
    for (StudyRun run : settled.runs().subList(4, settled.runs().size())) {
      boolean first = run.varied().contains("n_inner_iter=1");
      if (run.name().equals("weights")) {
        assertThat(run.words()).noneMatch(word -> word.startsWith("learning_rate"));
      } else {
        assertThat(run.words()).contains("learning_rate=" + (first ? "0.2" : "0.1"));
      }
      assertThat(run.words())
          .contains(run.name().endsWith("equal_flops") ? "max_steps=300" : "max_steps=100");
    }
    assertThat(settled.runs()).hasSize(4 + 8 + 4);
  }

  @Test
  void run_keepsItsOwnSetting_ifNoShortRunHasAResult() throws IOException {
    StudyPlan settled = Search.settle(plan(), run -> Optional.empty());

    assertThat(settled.runs().subList(4, 16))
        .noneMatch(run -> run.words().stream().anyMatch(word -> word.startsWith("learning_rate")));
  }

  @Test
  void equalOperations_withoutANumberOfSteps_areRefused() {
    StudyPlan plan = StudyPlan.of("mine", FILE, "quick", List.of("max_steps=null"));
    List<RunConfig> configs = plan.configs(new Configurations(null), FILE);

    assertThatThrownBy(
            () ->
                new EqualFlops("weights", List.of("prompt"))
                    .repeat(plan, run -> configs.get(run.number()), config -> 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("max_steps (null) must be a number in a study with equal_flops");
  }
}
