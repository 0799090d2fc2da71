package org.reckoning.cli.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.Configurations;

/**
 * Finds a setting for each method by short runs of the first seed. The validation problems decide,
 * never the test problems. The repetition of a run at equal operations takes the setting of the
 * run.
 *
 * @param words settings to try, with lists of values: {@code learning_rate=0.001,0.003}
 * @param runs names of the runs that use the best setting
 * @param with further overrides of the short runs
 */
record Search(List<String> words, List<String> runs, List<String> with) {
  /** Copies the lists. */
  Search {
    words = List.copyOf(words);
    runs = List.copyOf(runs);
    with = List.copyOf(with);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("words of the search must have at least one list");
    }
  }

  /**
   * Returns the search without the words whose keys the user sets; null if no setting is left to
   * try.
   */
  @Nullable Search without(List<String> users) {
    Set<String> set = users.stream().map(StudyWords::key).collect(Collectors.toSet());
    List<String> left = others(words, set);
    return left.isEmpty() ? null : new Search(left, runs, others(with, set));
  }

  private static List<String> others(List<String> words, Set<String> keys) {
    return words.stream().filter(word -> !keys.contains(StudyWords.key(word))).toList();
  }

  /** Returns the plan with the short runs at its start. */
  StudyPlan plan(StudyPlan plan) {
    long firstSeed = plan.runs().get(0).seed();
    List<List<String>> settings = Configurations.combinations(words);
    List<StudyRun> all = new ArrayList<>();
    for (StudyRun run : plan.runs()) {
      if (runs.contains(run.name()) && run.seed() == firstSeed) {
        for (List<String> setting : settings) {
          all.add(candidate(run, all.size(), setting));
        }
      }
    }
    int searches = all.size();
    for (StudyRun run : plan.runs()) {
      List<Integer> candidates =
          all.subList(0, searches).stream()
              .filter(each -> isOf(each, run))
              .map(StudyRun::number)
              .toList();
      all.add(
          new StudyRun(
              all.size(), run.name(), run.varied(), run.seed(), run.words(), candidates, false));
    }
    return plan.withRuns(all);
  }

  private StudyRun candidate(StudyRun run, int number, List<String> setting) {
    List<String> varied = new ArrayList<>(run.varied());
    varied.addAll(setting);
    List<String> all = new ArrayList<>(run.words());
    all.addAll(with);
    all.addAll(setting);
    return new StudyRun(number, run.name(), varied, run.seed(), all, List.of(), true);
  }

  private boolean isOf(StudyRun candidate, StudyRun run) {
    int own = run.varied().size();
    String name = candidate.name();
    return (run.name().equals(name) || run.name().equals(EqualFlops.name(name)))
        && candidate.varied().size() == own + words.size()
        && candidate.varied().subList(0, own).equals(run.varied());
  }

  /** Returns the best value of the monitored metric of a run; empty without one. */
  @FunctionalInterface
  interface Validation {
    /** Returns the best value so far, larger is better. */
    Optional<Double> of(StudyRun run) throws IOException;
  }

  /**
   * Gives every run the best setting of its candidates. A run without candidates that have a value
   * keeps its own.
   */
  static StudyPlan settle(StudyPlan plan, Validation validation) throws IOException {
    List<StudyRun> all = new ArrayList<>();
    for (StudyRun run : plan.runs()) {
      Optional<Map.Entry<StudyRun, Double>> best = Optional.empty();
      for (int number : run.candidates()) {
        StudyRun candidate = plan.runs().get(number);
        Optional<Double> value = validation.of(candidate);
        if (value.isPresent() && (best.isEmpty() || value.get() > best.get().getValue())) {
          best = Optional.of(Map.entry(candidate, value.get()));
        }
      }
      List<String> words = new ArrayList<>(run.words());
      best.ifPresent(entry -> words.addAll(setting(run, entry.getKey())));
      all.add(
          new StudyRun(
              run.number(), run.name(), run.varied(), run.seed(), words, List.of(), run.search()));
    }
    return plan.withRuns(all);
  }

  /** Returns the words that a candidate has beside the varied words of its run. */
  static List<String> setting(StudyRun run, StudyRun candidate) {
    List<String> varied = candidate.varied();
    return varied.subList(run.varied().size(), varied.size());
  }
}
