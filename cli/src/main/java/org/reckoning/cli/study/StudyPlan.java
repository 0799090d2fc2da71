package org.reckoning.cli.study;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reckoning.cli.bench.EncodingSettings;
import org.reckoning.cli.config.Configurations;
import org.reckoning.cli.config.RunOverrides;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/**
 * The runs and timings of a study, as stored in {@code study.json}.
 *
 * @param study name of the study
 * @param size name of its size
 * @param words overrides of the user
 * @param runs all runs of a seed, then those of the next one; one at a time they start in this
 *     order
 * @param timings words of {@code bench encoding} by name of the timing
 */
record StudyPlan(
    String study,
    String size,
    List<String> words,
    List<StudyRun> runs,
    Map<String, List<String>> timings) {
  private static final String SEED = "seed=";

  /** Copies the collections. */
  StudyPlan {
    words = List.copyOf(words);
    runs = List.copyOf(runs);
    timings = Collections.unmodifiableMap(new LinkedHashMap<>(timings));
    if (runs.isEmpty() && timings.isEmpty()) {
      throw new IllegalArgumentException("runs and timings must be at least 1 together");
    }
  }

  /**
   * Plans the runs. Words of the user override those of the run, these override those of the size,
   * and these override those of all runs. Several values of one word make several runs. Without
   * runs the words of the user override those of the timings.
   *
   * @throws ConfigException if the study has no such size, or a list is invalid
   */
  static StudyPlan of(String study, StudyFile file, String sizeName, List<String> users) {
    StudyFile.Size size = file.size(sizeName);
    List<StudyRun> runs = new ArrayList<>();
    for (long seed : seeds(size, users)) {
      for (Map.Entry<String, List<String>> each : file.runs().entrySet()) {
        List<String> words = new ArrayList<>(List.of("name=" + study));
        words.addAll(file.words());
        words.add("baselines=[]"); // each method is a run of its own
        words.addAll(size.words());
        words.addAll(each.getValue());
        words.addAll(users.stream().filter(word -> !isSeed(word)).toList());
        List<String> last = lastOfEachKey(words);
        for (List<String> chosen : Configurations.combinations(last)) {
          List<String> varied = chosen.stream().filter(word -> !last.contains(word)).toList();
          runs.add(StudyRun.of(runs.size(), each.getKey(), varied, seed, chosen));
        }
      }
    }
    return new StudyPlan(study, sizeName, users, runs, timings(study, file, size, users));
  }

  private static Map<String, List<String>> timings(
      String study, StudyFile file, StudyFile.Size size, List<String> users) {
    Map<String, List<String>> timings = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, List<String>> each : file.timings().entrySet()) {
      String name = each.getKey();
      if (size.timings().isEmpty() || size.timings().contains(name)) {
        List<String> words = new ArrayList<>(each.getValue());
        if (file.runs().isEmpty()) {
          words.addAll(size.words());
          words.addAll(users);
        }
        timings.put(name, lastOfEachKey(words));
        try {
          EncodingSettings.parse(words);
        } catch (IllegalArgumentException e) {
          problems.add("timing %s of study %s: %s".formatted(name, study, e.getMessage()));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return timings;
  }

  /** Returns the plan with other runs. */
  StudyPlan withRuns(List<StudyRun> others) {
    return new StudyPlan(study, size, words, others, timings);
  }

  /** Returns the seeds of the user, or those of the size. */
  private static List<Long> seeds(StudyFile.Size size, List<String> users) {
    List<String> given = users.stream().filter(StudyPlan::isSeed).toList();
    if (given.isEmpty()) {
      return size.seeds();
    }
    List<String> last = given.subList(given.size() - 1, given.size());
    try {
      return Configurations.combinations(last).stream()
          .map(words -> Long.valueOf(words.get(0).replaceFirst(".*=", "")))
          .toList();
    } catch (NumberFormatException e) {
      throw new ConfigException(List.of(last.get(0) + " must be whole numbers, such as seed=1,2"));
    }
  }

  private static boolean isSeed(String word) {
    return StudyWords.key(word).equals("seed");
  }

  /** Leaves out words that a later word overrides; their lists would make equal runs. */
  private static List<String> lastOfEachKey(List<String> words) {
    List<String> last = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String key = key(words.get(i));
      if (words.subList(i + 1, words.size()).stream().noneMatch(later -> key(later).equals(key))) {
        last.add(words.get(i));
      }
    }
    return last;
  }

  private static String key(String word) {
    int equals = word.indexOf('=');
    return equals < 0 ? word : word.substring(0, equals);
  }

  /**
   * Composes the configurations of all runs, and checks them together with the words that are
   * applied to them later: those of examinations, and the settings of the search.
   *
   * @throws ConfigException with all problems
   */
  List<RunConfig> configs(Configurations files, StudyFile file) {
    Map<Integer, RunConfig> configs = new LinkedHashMap<>();
    Set<String> problems = new LinkedHashSet<>();
    for (StudyRun run : runs) {
      List<String> words = new ArrayList<>(run.words());
      words.add(SEED + run.seed());
      collect(
          problems,
          "",
          () -> configs.put(run.number(), files.jobs(List.of(words)).get(0).config()));
      RunConfig config = configs.get(run.number());
      if (config != null && !run.search()) {
        file.examinations()
            .forEach(
                (name, examination) -> {
                  if (examination.isOf(run.name())) {
                    collect(
                        problems,
                        "examination %s: ".formatted(name),
                        () -> RunOverrides.apply(config, examination.words()));
                  }
                });
        run.candidates().stream()
            .filter(configs::containsKey) // else its own problems are there
            .forEach(
                number ->
                    collect(
                        problems,
                        "search: ",
                        () -> RunOverrides.apply(config, Search.setting(run, runs.get(number)))));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(List.copyOf(problems));
    }
    return List.copyOf(configs.values());
  }

  private static void collect(Set<String> problems, String prefix, Runnable check) {
    try {
      check.run();
    } catch (ConfigException e) {
      e.problems().forEach(problem -> problems.add(prefix + problem));
    }
  }

  /** Returns the short runs of the search. */
  List<StudyRun> searches() {
    return runs.stream().filter(StudyRun::search).toList();
  }

  /**
   * Returns the runs that wait for short runs of the search that failed.
   *
   * @param failed names of the runs that failed
   */
  List<StudyRun> waiting(Set<String> failed) {
    return searches().stream().anyMatch(run -> failed.contains(run.toString()))
        ? runs.stream().filter(run -> !run.candidates().isEmpty()).toList()
        : List.of();
  }

  /** Returns whether a run waits for the search. */
  boolean isOpen() {
    return runs.stream().anyMatch(run -> !run.candidates().isEmpty());
  }
}
