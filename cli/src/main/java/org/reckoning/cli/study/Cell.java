package org.reckoning.cli.study;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.evaluation.ConfidenceInterval;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.evaluation.MeanInterval;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.Percent;

/**
 * A point of a picture: the mean of a metric over seeds, with an interval at 95 %.
 *
 * @param line value of the picture's lines, and varied words that are on no axis
 * @param x value of its horizontal axis
 * @param seeds number of runs, one for each seed
 * @param problems number of problems of all of them
 * @param mean over the seeds, each a mean over its problems
 * @param low lower end of the interval; null without one
 * @param high upper end of the interval; null without one
 * @param interval its kind; null without one
 */
record Cell(
    String line,
    String x,
    int seeds,
    int problems,
    double mean,
    @Nullable Double low,
    @Nullable Double high,
    @Nullable Kind interval) {

  /** Kinds of intervals. */
  enum Kind {
    /** Student's interval over seeds, from two seeds on. */
    STUDENT,
    /** Wilson's interval over the problems of a single seed, for shares of right labels. */
    WILSON;

    /** Returns the word in files: {@code wilson}. */
    @JsonValue
    String word() {
      return EnumWord.of(this);
    }
  }

  /** Line and horizontal value of a point. */
  private record Place(String line, String x) {}

  /** Sum of a metric over the problems of a seed. */
  private record Sum(double value, int problems) {
    Sum plus(Sum other) {
      return new Sum(value + other.value, problems + other.problems);
    }

    double mean() {
      return value / problems;
    }
  }

  /** Returns the points of a picture, in the order of the measurements. */
  static List<Cell> of(StudyFile.Picture picture, List<Measurement> all) {
    Map<Place, Map<Long, Sum>> sums = new LinkedHashMap<>();
    for (Measurement each : all) {
      Double value = each.row().metrics().get(picture.metric());
      if (value != null && picture.shows(each.run().name(), each.examination())) {
        int problems = each.row().problems();
        sums.computeIfAbsent(
                new Place(line(picture, each), each.value(picture.x())),
                place -> new LinkedHashMap<>())
            .merge(each.run().seed(), new Sum(value * problems, problems), Sum::plus);
      }
    }
    List<Cell> cells = new ArrayList<>();
    sums.forEach(
        (place, bySeed) -> cells.add(of(place, picture.metric(), List.copyOf(bySeed.values()))));
    return cells;
  }

  /** Returns the line of a result. Runs with other varied words must not share a mean. */
  private static String line(StudyFile.Picture picture, Measurement each) {
    StringBuilder line = new StringBuilder(each.value(picture.line()));
    for (String word : each.run().varied()) {
      String key = StudyWords.key(word);
      if (!key.equals("seed")
          && !shows(picture.line(), key, each)
          && !shows(picture.x(), key, each)) {
        line.append(' ').append(word);
      }
    }
    return line.toString();
  }

  /** Returns whether an axis shows a key of the training, or a key of a group. */
  private static boolean shows(String axis, String key, Measurement each) {
    boolean sets = axis.equals(key) || axis.startsWith(key + ".");
    return sets && !each.replaced().contains(axis);
  }

  private static Cell of(Place place, String metric, List<Sum> seeds) {
    int problems = seeds.stream().mapToInt(Sum::problems).sum();
    if (seeds.size() > 1) {
      MeanInterval student = MeanInterval.student(seeds.stream().map(Sum::mean).toList());
      MeanInterval mean = metric.equals("loss") ? student : student.ofShare();
      return new Cell(
          place.line,
          place.x,
          seeds.size(),
          problems,
          mean.mean(),
          mean.low(),
          mean.high(),
          Kind.STUDENT);
    }
    Sum only = seeds.get(0);
    if (!metric.equals(Evaluation.ACC_SCORED) && !metric.equals(Evaluation.ACC_LABEL)) {
      return new Cell(place.line, place.x, 1, problems, only.mean(), null, null, null);
    }
    ConfidenceInterval wilson = ConfidenceInterval.wilson(Math.round(only.value), problems);
    return new Cell(
        place.line, place.x, 1, problems, only.mean(), wilson.low(), wilson.high(), Kind.WILSON);
  }

  /** Returns mean and interval: {@code 98.3 % (96.0 to 99.3)}, or {@code 0.412} of a loss. */
  static String text(String metric, double mean, @Nullable Double low, @Nullable Double high) {
    boolean share = !metric.equals("loss");
    String format = share ? "%.1f" : "%.3f";
    double scale = share ? 100 : 1;
    String text = share ? Percent.ofShare(mean) : String.format(Locale.ROOT, format, mean);
    return low == null || high == null
        ? text
        : String.format(
            Locale.ROOT, "%s (" + format + " to " + format + ")", text, scale * low, scale * high);
  }
}
