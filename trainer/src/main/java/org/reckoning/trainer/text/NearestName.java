package org.reckoning.trainer.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Suggests the most similar known name for a misspelt one. */
public final class NearestName {
  private NearestName() {}

  /** Returns {@code "; did you mean X?"}, or an empty text if no known name is similar. */
  public static String hint(String given, Collection<String> known) {
    return of(given, known).map(word -> "; did you mean " + word + "?").orElse("");
  }

  /**
   * Returns a known name that starts with the given one, the shortest that ends with it after an
   * underscore, or the one that differs by the fewest characters, if these are few.
   */
  public static Optional<String> of(String given, Collection<String> known) {
    return known.stream()
        .filter(word -> !given.isEmpty() && word.startsWith(given))
        .findFirst()
        .or(
            () ->
                known.stream()
                    .filter(word -> word.endsWith("_" + given))
                    .min(Comparator.comparingInt(String::length)))
        .or(
            () ->
                known.stream()
                    .filter(word -> isSimilar(given, word))
                    .min(Comparator.comparingInt(word -> distance(given, word))));
  }

  private static boolean isSimilar(String given, String word) {
    int most = Math.max(1, Math.min(given.length(), word.length()) / 3);
    return Math.abs(given.length() - word.length()) <= most && distance(given, word) <= most;
  }

  /**
   * Returns the Damerau-Levenshtein distance: insertions, deletions, replacements, and swaps of
   * neighbours.
   */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1]; // of the first i and j characters
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
