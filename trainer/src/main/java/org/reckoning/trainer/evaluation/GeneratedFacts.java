package org.reckoning.trainer.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Splits the generated text {@code fact,fact,...} into facts.
 *
 * <p>A fact may contain commas ({@code Red, kind things are cold}). The longest fact of the task
 * that ends before a comma is therefore taken as a whole; other text is cut at the next comma.
 */
final class GeneratedFacts {
  private GeneratedFacts() {}

  /**
   * Returns the facts in order, without blank ones.
   *
   * @param text generated after {@code because}
   * @param facts of the task, relevant or not
   */
  static List<String> split(String text, List<String> facts) {
    List<String> longestFirst =
        facts.stream()
            .filter(fact -> !fact.isBlank())
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    List<String> pieces = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) == ',' || Character.isWhitespace(text.charAt(at))) {
        at++;
        continue;
      }
      int end = endOfFact(text, at, longestFirst);
      if (end < 0) {
        int comma = text.indexOf(',', at);
        end = comma < 0 ? text.length() : comma;
      }
      pieces.add(text.substring(at, end).strip());
      at = end;
    }
    return pieces;
  }

  /** Returns the end of the longest fact that begins here, or -1. */
  private static int endOfFact(String text, int at, List<String> longestFirst) {
    for (String fact : longestFirst) {
      int end = at + fact.length();
      if (text.regionMatches(true, at, fact, 0, fact.length()) && endsPiece(text, end)) {
        return end;
      }
    }
    return -1;
  }

  private static boolean endsPiece(String text, int end) {
    int comma = text.indexOf(',', end);
    return text.substring(end, comma < 0 ? text.length() : comma).isBlank();
  }
}
