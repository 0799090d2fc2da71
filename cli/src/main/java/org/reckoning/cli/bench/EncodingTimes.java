package org.reckoning.cli.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measured times of one way to give facts to a model, in seconds.
 *
 * @param compilation compilation of all parts
 * @param encoding inner steps on the facts; empty if the facts are read in context
 * @param question one question alone
 * @param batch all questions as one batch; empty if not measured
 */
record EncodingTimes(
    double compilation, OptionalDouble encoding, double question, OptionalDouble batch) {

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
    row.put("1 question in all, s", rounded(once + question));
    row.put(questions + " in all, one by one, s", rounded(once + questions * question));
    row.put(
        questions + " in all, a batch, s",
        batch.isPresent() ? rounded(once + batch.getAsDouble()) : "not measured");
    return row;
  }

  private static String rounded(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }
}
