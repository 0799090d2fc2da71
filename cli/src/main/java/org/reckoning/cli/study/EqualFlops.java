package org.reckoning.cli.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/**
 * Repeats runs with more or fewer steps, so that they take as many floating-point operations as
 * another run. Without it, methods are compared at equal numbers of steps.
 *
 * @param like name of the run whose operations count
 * @param runs names of the runs to repeat
 */
record EqualFlops(String like, List<String> runs) {
  private static final String STEPS = "max_steps=";

  /** Copies the list. */
  EqualFlops {
    Objects.requireNonNull(like);
    runs = List.copyOf(runs);
  }

  /** Counts the operations of an update. */
  @FunctionalInterface
  interface Counter {
    /** Returns the floating-point operations of an update of a run. */
    double of(RunConfig config) throws IOException;
  }

  /** Returns the name of a repeated run. */
  static String name(String run) {
    return run + "_equal_flops";
  }

  /**
   * Returns the plan with the repeated runs at its end.
   *
   * @param configs returns the configuration of a run
   * @throws IOException if the operations cannot be counted
   */
  StudyPlan repeat(StudyPlan plan, Function<StudyRun, RunConfig> configs, Counter counter)
      throws IOException {
    List<StudyRun> all = new ArrayList<>(plan.runs());
    long firstSeed = plan.runs().get(0).seed();
    for (StudyRun each : plan.runs()) {
      if (runs.contains(each.name()) && each.seed() == firstSeed) {
        StudyRun other = likeOf(plan, each);
        RunConfig config = configs.apply(other);
        Integer steps = config.maxSteps();
        if (steps == null) {
          throw new ConfigException(
              List.of(
                  "max_steps (null) must be a number in a study with equal_flops, which repeats runs with the operations of %s: give max_steps"
                      .formatted(other)));
        }
        double ratio = counter.of(config) / counter.of(configs.apply(each));
        String word = STEPS + Math.max(1, Math.round(steps * ratio));
        plan.runs().stream()
            .filter(run -> run.name().equals(each.name()) && run.varied().equals(each.varied()))
            .forEach(run -> all.add(repeated(run, all.size(), word)));
      }
    }
    return plan.withRuns(all);
  }

  private StudyRun likeOf(StudyPlan plan, StudyRun run) {
    return plan.runs().stream()
        .filter(each -> each.name().equals(like) && each.varied().equals(run.varied()))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    List.of(
                        "equal_flops needs a run %s with the varied words of %s: %s"
                            .formatted(like, run.name(), run.varied()))));
  }

  private static StudyRun repeated(StudyRun run, int number, String steps) {
    List<String> words = new ArrayList<>(run.words());
    words.removeIf(word -> word.startsWith(STEPS));
    words.add(steps);
    return new StudyRun(
        number, name(run.name()), run.varied(), run.seed(), words, run.candidates(), false);
  }
}
