package org.reckoning.cli.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Measured times of decoding; all but the bandwidth in seconds.
 *
 * @param questions questions answered together
 * @param newTokens tokens of each answer
 * @param weightBytes bytes of all weights
 * @param firstAnswer the first answer, compilation included
 * @param answer an answer of all new tokens
 * @param oneToken an answer of one token
 * @param plainPass a pass over all tokens without a cache
 * @param bandwidth speed of memory reads, in bytes a second
 */
record DecodingTimes(
    int questions,
    int newTokens,
    double weightBytes,
    double firstAnswer,
    double answer,
    double oneToken,
    double plainPass,
    double bandwidth) {
  private static final double GIGA = 1e9;
  private static final double MILLIS = 1e3;

  /** Returns the cells of a table row by column name. */
  Map<String, String> cells() {
    double step = (answer - oneToken) / (newTokens - 1);
    Map<String, String> row = new LinkedHashMap<>();
    row.put("first answer, s", rounded(firstAnswer, 1));
    row.put("answer, s", rounded(answer, 4));
    row.put("1 token, s", rounded(oneToken, 4));
    row.put("each further, ms", rounded(MILLIS * step, 2));
    row.put("tokens/s", rounded(questions * newTokens / answer, 0));
    row.put("plain pass, ms", rounded(MILLIS * plainPass, 2));
    row.put("tokens/s of plain passes", rounded(questions / plainPass, 1));
    row.put("weights read, GB/s", rounded(weightBytes / step / GIGA, 1));
    row.put("memory, GB/s", rounded(bandwidth / GIGA, 1));
    return row;
  }

  private static String rounded(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
