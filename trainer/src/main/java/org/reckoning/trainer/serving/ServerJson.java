package org.reckoning.trainer.serving;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;

/** Reads JSON of another process: one value, no repeated keys, no deep nesting. */
final class ServerJson {
  private static final int DEPTH = 64;

  /** Reads requests. */
  static final ObjectReader REQUESTS =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .reader();

  /**
   * Reads answers: TensorFlow Serving writes NaN and Infinity as such, and a message names them.
   */
  static final ObjectReader ANSWERS = REQUESTS.with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);

  private static final int SHOWN = 60;

  private ServerJson() {}

  /** Returns the beginning of a text in one line, for a message. */
  static String shortened(String text) {
    return shortened(text, SHOWN);
  }

  /** Returns the beginning of a text in one line, for a message. */
  static String shortened(String text, int most) {
    String start = text.substring(0, Math.min(text.length(), 10 * most));
    String line = start.replaceAll("[\\p{Cc}\\s\\p{Cf}]+", " ").strip();
    return line.length() <= most ? line : line.substring(0, most) + "..";
  }
}
