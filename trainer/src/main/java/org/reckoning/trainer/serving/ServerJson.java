package org.reckoning.trainer.serving;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import org.reckoning.trainer.files.Json;

/** Readers for JSON of another process. */
public final class ServerJson {
  /** Reads requests. */
  static final ObjectReader REQUESTS = Json.UNTRUSTED.reader();

  /** Reads answers. TensorFlow Serving writes NaN and Infinity, and messages should show them. */
  static final ObjectReader ANSWERS = REQUESTS.with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);

  private static final int SHOWN = 60;

  private ServerJson() {}

  /** Returns the first characters of a text in one line, for a message. */
  public static String shortened(String text) {
    return shortened(text, SHOWN);
  }

  /** Returns the first characters of a text in one line, at most as many as given. */
  static String shortened(String text, int most) {
    String start = text.substring(0, Math.min(text.length(), 10 * most));
    String line = start.replaceAll("[\\p{Cc}\\s\\p{Cf}]+", " ").strip();
    return line.length() <= most ? line : line.substring(0, most) + "..";
  }
}
