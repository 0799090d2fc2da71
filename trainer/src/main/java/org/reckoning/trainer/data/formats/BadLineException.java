package org.reckoning.trainer.data.formats;

/** A line of a file that is not a task. The message is one sentence. */
final class BadLineException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Longest excerpt of a file in a message. */
  private static final int MAX_QUOTE = 80;

  BadLineException(String reason) {
    super(reason);
  }

  /** Returns the same problem of a part of the file: {@code row 'id': reason}. */
  BadLineException in(String part, String id) {
    return new BadLineException("%s %s: %s".formatted(part, quote(id), getMessage()));
  }

  /** Quotes text from a file, on one line and of bounded length. */
  static String quote(String text) {
    String excerpt = text.length() > MAX_QUOTE ? text.substring(0, MAX_QUOTE) + "..." : text;
    return "'" + excerpt.replaceAll("[\\p{Cntrl}\\p{Cs}\\u2028\\u2029]", "?") + "'";
  }
}
