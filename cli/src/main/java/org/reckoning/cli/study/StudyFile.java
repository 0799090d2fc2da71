package org.reckoning.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.PlainName;
import org.reckoning.trainer.run.Examination;

/**
 * A file of {@code configs/study}: what to train, what to measure, and what to draw. It has runs,
 * or timings of ways to give facts to a model, or both.
 *
 * @param question that the study answers
 * @param words overrides of every run, as {@code train -m} takes them
 * @param runs overrides by name of the run
 * @param timings words of {@code bench encoding} by name of the timing
 * @param examinations of the best checkpoints on other problems, by name
 * @param search finds a setting for each method; null: no search
 * @param equalFlops repeats runs at equal operations; null: none
 * @param sizes by name
 * @param pictures by name of the file, without ending
 */
record StudyFile(
    String question,
    List<String> words,
    Map<String, List<String>> runs,
    Map<String, List<String>> timings,
    Map<String, StudyExamination> examinations,
    @Nullable Search search,
    @Nullable EqualFlops equalFlops,
    Map<String, Size> sizes,
    Map<String, Picture> pictures) {
  private static final List<String> OWN_AXES = List.of("run", "examination", "hops");

  /**
   * How much work a study takes.
   *
   * @param words further overrides of every run
   * @param seeds a run is repeated for each; at least one if the study has runs
   * @param timings names of the timings; empty: all
   */
  record Size(List<String> words, List<Long> seeds, List<String> timings) {
    /** Copies the lists. */
    Size {
      words = List.copyOf(words);
      seeds = List.copyOf(seeds);
      timings = List.copyOf(timings);
    }
  }

  /**
   * A picture, and a table with the same numbers.
   *
   * @param metric of the vertical axis, such as {@code acc_scored}
   * @param x of the horizontal axis: one of {@code OWN_AXES}, where hops are those of the problems,
   *     or a key of the configuration
   * @param line a line for each value: one of the same words
   * @param runs names of the runs that it shows; empty: all
   * @param examinations that it shows, {@code test} for the test problems of the run itself; empty:
   *     all
   * @param see what a reader should see in it
   */
  record Picture(
      String metric,
      String x,
      String line,
      List<String> runs,
      List<String> examinations,
      String see) {
    /** Copies the lists. */
    Picture {
      runs = List.copyOf(runs);
      examinations = List.copyOf(examinations);
      for (String text : List.of(metric, x, line, see)) {
        require(!text.isBlank(), "metric, x, line and see of a picture must not be empty");
      }
      for (String axis : List.of(x, line)) {
        require(
            OWN_AXES.contains(axis) || RunConfig.keys().contains(axis),
            "x and line (%s) must be %s or a key of a run"
                .formatted(axis, String.join(", ", OWN_AXES)));
      }
    }

    /** Returns whether the picture shows an examination of a run. */
    boolean shows(String run, String examination) {
      return (runs.isEmpty() || runs.contains(run))
          && (examinations.isEmpty() || examinations.contains(examination));
    }
  }

  /** Copies the collections, and checks names and texts. */
  StudyFile {
    require(!Objects.requireNonNull(question).isBlank(), "question must not be empty");
    words = List.copyOf(words);
    runs = ordered(runs);
    timings = ordered(timings);
    examinations = ordered(examinations);
    sizes = ordered(sizes);
    pictures = ordered(pictures);
    require(
        !runs.isEmpty() || !timings.isEmpty(),
        "runs ({}) must have at least one run, or timings at least one timing");
    require(!sizes.isEmpty(), "sizes ({}) must have at least one size");
    Set<String> trained = new LinkedHashSet<>(runs.keySet());
    if (search != null) {
      requireRuns("search", search.runs(), trained);
    }
    if (equalFlops != null) {
      requireRuns("equal_flops", List.of(equalFlops.like()), trained);
      requireRuns("equal_flops", equalFlops.runs(), trained);
      equalFlops.runs().forEach(run -> trained.add(EqualFlops.name(run)));
    }
    for (StudyExamination examination : examinations.values()) {
      requireRuns("an examination", examination.runs(), trained);
    }
    for (Picture picture : pictures.values()) {
      requireRuns("a picture", picture.runs(), trained);
      for (String name : picture.examinations()) {
        require(
            name.equals(Examination.TEST) || examinations.containsKey(name),
            "examination (%s) of a picture must be test or one of examinations".formatted(name));
      }
    }
    for (Size size : sizes.values()) {
      require(runs.isEmpty() || !size.seeds().isEmpty(), "seeds ([]) must have at least one seed");
      requireTimings(size.timings(), timings.keySet());
    }
    for (String name : timings.keySet()) {
      require(
          !pictures.containsKey(name),
          "name (%s) is that of a timing and of a picture: rename one, both write %s.png"
              .formatted(name, name));
    }
    for (String name : examinations.keySet()) {
      require(
          Examination.isName(name),
          "name (%s) of an examination must %s".formatted(name, Examination.NAME_RULE));
    }
    List<String> names = new ArrayList<>(runs.keySet());
    names.addAll(timings.keySet());
    names.addAll(pictures.keySet());
    for (String name : names) {
      require(PlainName.isPlain(name), "name (%s) must %s".formatted(name, PlainName.RULE));
    }
  }

  /**
   * Reads a study.
   *
   * @param tree the content of the file
   * @param shown name of the file in messages
   * @throws ConfigException if a key is missing or invalid
   */
  static StudyFile of(ObjectNode tree, String shown) {
    ObjectNode all = tree.deepCopy();
    for (String optional : List.of("runs", "timings", "examinations", "pictures")) {
      if (!all.has(optional)) {
        all.putObject(optional);
      }
    }
    for (String optional : List.of("search", "equal_flops")) {
      if (!all.has(optional)) {
        all.putNull(optional);
      }
    }
    StudyExamination.complete(all.path("examinations"));
    putList(all, "words");
    putList(all.path("search"), "with");
    all.path("sizes").forEach(size -> putList(size, "words"));
    all.path("sizes").forEach(size -> putList(size, "timings"));
    if (all.path("runs").isEmpty()) {
      all.path("sizes").forEach(size -> putList(size, "seeds")); // no run asks for them
    }
    all.path("pictures").forEach(picture -> putList(picture, "runs"));
    all.path("pictures").forEach(picture -> putList(picture, "examinations"));
    try {
      return JsonRecord.of(all, StudyFile.class);
    } catch (IOException e) {
      throw new ConfigException(List.of("%s must be a study: %s".formatted(shown, e.getMessage())));
    }
  }

  private static void putList(JsonNode parent, String key) {
    if (parent instanceof ObjectNode object && !object.has(key)) {
      object.putArray(key);
    }
  }

  /**
   * Returns a size.
   *
   * @throws ConfigException if the study has no such size
   */
  Size size(String name) {
    Size size = sizes.get(name);
    if (size == null) {
      throw new ConfigException(
          List.of(
              "size (%s) must be one of %s".formatted(name, String.join(", ", sizes.keySet()))));
    }
    return size;
  }

  private static void requireRuns(String of, List<String> names, Set<String> runs) {
    for (String name : names) {
      require(runs.contains(name), "run (%s) of %s must be one of runs".formatted(name, of));
    }
  }

  private static void requireTimings(List<String> names, Set<String> timings) {
    for (String name : names) {
      require(
          timings.contains(name), "timing (%s) of a size must be one of timings".formatted(name));
    }
  }

  private static <T> Map<String, T> ordered(Map<String, T> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
