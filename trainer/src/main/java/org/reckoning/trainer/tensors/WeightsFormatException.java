package org.reckoning.trainer.tensors;

import java.io.IOException;
import java.nio.file.Path;

/** Tells in one sentence, which begins with the file, what is wrong with the contents of a file. */
public final class WeightsFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Longest excerpt of a file in a message. */
  private static final int MAX_QUOTE = 120;

  /** Takes the file and what is wrong with it: {@code must have ..}. */
  public WeightsFormatException(Path file, String problem) {
    super(file + ": " + problem);
  }

  /**
   * Returns text from a file in quotes: on one line, of bounded length, and without what a terminal
   * obeys, such as controls and changes of the direction of writing.
   */
  public static String quote(String text) {
    boolean isLong = text.length() > MAX_QUOTE;
    String excerpt = isLong ? text.substring(0, MAX_QUOTE) + "..." : text;
    return "'" + excerpt.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?") + "'";
  }
}
