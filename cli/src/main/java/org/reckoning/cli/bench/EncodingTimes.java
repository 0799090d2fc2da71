package org.reckoning.cli.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Measured times of one way to give facts to a model, in seconds.
 *
 * @param compilation compilation of all parts
 * @param encoding inner steps on the facts, or reading them as a prefix; empty if each question
 *     reads them again
 * @param question one question alone
 * @param batch all questions as one batch; empty if not measured
 */
record EncodingTimes(
    double compilation, OptionalDouble encoding, double question, OptionalDouble batch) {

  /** Returns the seconds of some questions, one by one. */
  double of(int questions) {
    return encoding.orElse(0) + questions * question;
  }

  /**
   * Returns the least number of questions whose time is shorter than with another way, and is
   * shorter for all larger numbers; empty if there is none.
   */
  OptionalLong fasterFrom(EncodingTimes other) {
    double gain = other.question - question; // of each question
    double cost = encoding.orElse(0) - other.encoding.orElse(0);
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
    double once = encoding.orElse(0);
    Map<String, String> row = new LinkedHashMap<>();
    row.put("compile, s", String.format(Locale.ROOT, "%.1f", compilation));
    row.put("encode, s", encoding.isPresent() ? rounded(once) : "");
    row.put("a question, s", rounded(question));
    row.put("1 question in all, s", rounded(of(1)));
    row.put(questions + " in all, one by one, s", rounded(of(questions)));
    row.put(
        questions + " in all, a batch, s",
        batch.isPresent() ? rounded(once + batch.getAsDouble()) : "not measured");
    return row;
  }

  private static String rounded(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }
}
