package org.reckoning.trainer.tensors;

import java.io.IOException;
import java.nio.file.Path;

/** A malformed file of weights. The message is one sentence, which begins with the file. */
public final class WeightsFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Longest excerpt of a file in a message. */
  private static final int MAX_QUOTE = 120;

  /** Takes the file and what is wrong with it: {@code must have ..}. */
  public WeightsFormatException(Path file, String problem) {
    super(file + ": " + problem);
  }

  /**
   * Quotes text from a file: on one line, of bounded length, without control characters and changes
   * of the writing direction.
   */
  public static String quote(String text) {
    boolean isLong = text.length() > MAX_QUOTE;
    String excerpt = isLong ? text.substring(0, MAX_QUOTE) + "..." : text;
    return "'" + excerpt.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?") + "'";
  }
}
