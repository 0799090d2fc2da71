package org.reckoning.cli.study;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.bench.EncodingComparison;
import org.reckoning.trainer.evaluation.ConfidenceInterval;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.NearestName;

/**
 * All numbers of a study, as stored in {@code report.json}.
 *
 * @param study name of the study
 * @param size of the study
 * @param question that it answers
 * @param version of this program
 * @param commit of its sources; {@code unknown} outside of a repository
 * @param words overrides of the user
 * @param runs all planned runs
 * @param pictures by name of the file
 * @param timings by name
 * @param waiting number of runs that wait for search runs that failed
 */
record StudyReport(
    String study,
    String size,
    String question,
    String version,
    String commit,
    List<String> words,
    List<Run> runs,
    Map<String, Picture> pictures,
    Map<String, Timing> timings,
    int waiting) {

  /** Progress of a run or timing. */
  enum Status {
    /** Not finished. */
    OPEN,
    /** Trained, and all examinations have results; or measured. */
    DONE,
    /** The training, an examination or the measurement ended with an error. */
    FAILED;

    /** Returns the word in files: {@code done}. */
    @JsonValue
    String word() {
      return EnumWord.of(this);
    }
  }

  /**
   * A run.
   *
   * @param run the plan of the run
   * @param status progress of the run
   * @param reason reason of a failure; null without one
   * @param results of its own test problems, then of the examinations
   */
  record Run(StudyRun run, Status status, @Nullable String reason, List<Result> results) {}

  /**
   * Result on problems of one number of hops.
   *
   * @param examination name of the problems; {@code test}: those of the run itself
   * @param hops of the problems; -1 if unknown
   * @param problems number of questions
   * @param leftOut number of tasks of the examination that are too long for the model
   * @param metrics by name
   * @param scored Wilson interval of {@code acc_scored}
   */
  record Result(
      String examination,
      int hops,
      int problems,
      int leftOut,
      Map<String, Double> metrics,
      ConfidenceInterval scored) {}

  /**
   * A picture and its numbers.
   *
   * @param metric of the vertical axis
   * @param x of the horizontal axis
   * @param line a line for each of its values
   * @param see what a reader should see
   * @param cells the points
   */
  record Picture(String metric, String x, String line, String see, List<Cell> cells) {}

  /**
   * A timing of ways to give facts to a model.
   *
   * @param words of {@code bench encoding}
   * @param reason reason of a failure; null without one
   * @param times what was measured; null if nothing was
   */
  record Timing(
      List<String> words,
      Status status,
      @Nullable String reason,
      @Nullable EncodingComparison times) {}

  /** What made a report: the version of this program, and the commit of its sources. */
  record Program(String version, String commit) {}

  /**
   * Reads the results of a study.
   *
   * @param failures reasons by {@link StudyRun#toString} or name of the timing
   * @throws IOException if a file cannot be read
   */
  static StudyReport of(StudyDirectory study, Program program, Map<String, String> failures)
      throws IOException {
    List<Measurement> all = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    for (StudyRun run : study.plan().runs()) {
      List<Measurement> measured = study.measurements(run);
      if (!run.search()) {
        all.addAll(measured);
      }
      String reason = failures.get(run.toString());
      boolean done = study.isTrained(run) && study.missing(run).isEmpty();
      Status status = status(done, reason);
      runs.add(
          new Run(
              run,
              status,
              done ? null : reason,
              measured.stream().map(StudyReport::result).toList()));
    }
    Map<String, Picture> pictures = new LinkedHashMap<>();
    study
        .file()
        .pictures()
        .forEach(
            (name, plan) ->
                pictures.put(
                    name,
                    new Picture(
                        plan.metric(), plan.x(), plan.line(), plan.see(), Cell.of(plan, all))));
    Map<String, Timing> timings = new LinkedHashMap<>();
    study
        .plan()
        .timings()
        .forEach(
            (name, words) -> {
              EncodingComparison times = study.times(name).orElse(null);
              String reason = times == null ? failures.get(name) : null;
              timings.put(name, new Timing(words, status(times != null, reason), reason, times));
            });
    return new StudyReport(
        study.plan().study(),
        study.plan().size(),
        study.file().question(),
        program.version(),
        program.commit(),
        study.plan().words(),
        runs,
        pictures,
        timings,
        study.plan().waiting(failures.keySet()).size());
  }

  private static Status status(boolean done, @Nullable String reason) {
    return done ? Status.DONE : reason == null ? Status.OPEN : Status.FAILED;
  }

  private static Result result(Measurement each) {
    return new Result(
        each.examination(),
        each.row().hops(),
        each.row().problems(),
        each.leftOut(),
        each.row().metrics(),
        each.row().scored());
  }

  /** Returns why a picture has no points. */
  String whyEmpty(Picture picture) {
    Set<String> known =
        runs.stream()
            .flatMap(run -> run.results().stream())
            .flatMap(result -> result.metrics().keySet().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    if (known.isEmpty()) {
      return "No run has results yet.";
    }
    if (known.contains(picture.metric())) {
      return "No run of this picture has results yet.";
    }
    String hint = NearestName.hint(picture.metric(), known);
    return "No run has the metric '%s'%s"
        .formatted(
            picture.metric(), hint.isEmpty() ? "; known: " + String.join(", ", known) : hint);
  }

  /** Returns a sentence about runs that wait for search runs that failed. */
  static String waiting(int runs) {
    return "%s for search runs that failed: resume the study, or begin one without the failing settings"
        .formatted(runs == 1 ? "1 run waits" : runs + " runs wait");
  }

  /**
   * Returns a sentence for each run and timing that failed, with its name, and for waiting runs.
   */
  List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (Run run : runs) {
      if (run.reason() != null) {
        failures.add("%s: %s".formatted(run.run(), run.reason()));
      }
    }
    timings.forEach(
        (name, timing) -> {
          if (timing.reason() != null) {
            failures.add("%s: %s".formatted(name, timing.reason()));
          }
        });
    if (waiting > 0) {
      failures.add(waiting(waiting));
    }
    return failures;
  }

  /** Returns the number of runs with a status. */
  long count(Status status) {
    return runs.stream().filter(run -> run.status() == status).count();
  }
}
