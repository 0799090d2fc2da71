package org.reckoning.cli.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Measured times of one way to give facts to a model, in seconds.
 *
 * @param compilation compilation of all parts
 * @param encoding inner steps on the facts, or reading them as a prefix; null if each question
 *     reads them again
 * @param question one question alone
 * @param batch all questions as one batch; null if not measured
 */
public record EncodingTimes(
    double compilation, @Nullable Double encoding, double question, @Nullable Double batch) {

  /** Returns the seconds of some questions, one by one. */
  public double of(int questions) {
    return once() + questions * question;
  }

  private double once() {
    return Objects.requireNonNullElse(encoding, 0.0);
  }

  /**
   * Returns the least number of questions whose time is shorter than with another way, and is
   * shorter for all larger numbers; empty if there is none.
   */
  OptionalLong fasterFrom(EncodingTimes other) {
    double gain = other.question - question; // of each question
    double cost = once() - other.once();
    return gain <= 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(1, (long) Math.floor(cost / gain) + 1));
  }

  /**
   * Returns the cells of a table row by column name.
   *
   * @param questions number of all questions
   */
  Map<String, String> cells(int questions) {
    Map<String, String> row = new LinkedHashMap<>();
    row.put("compile, s", String.format(Locale.ROOT, "%.1f", compilation));
    row.put("encode, s", encoding == null ? "" : rounded(encoding));
    row.put("a question, s", rounded(question));
    row.put("1 question in all, s", rounded(of(1)));
    row.put(questions + " in all, one by one, s", rounded(of(questions)));
    row.put(
        questions + " in all, a batch, s",
        batch == null ? "not measured" : rounded(once() + batch));
    return row;
  }

  private static String rounded(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }
}
