package org.reckoning.graph.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A byte-pair vocabulary: a token for each byte, and tokens that are merges of two earlier tokens.
 *
 * <p>The order of the tokens determines the merges: encoding the bytes of a token with the earlier
 * tokens gives its two parts. Of {@code a}, {@code b} and {@code ab}, the last is the merge of 0
 * and 1.
 */
public final class BytePairs {
  /** The ids of tokens have 16 bits in a graph. */
  private static final int MOST_TOKENS = 1 << 16;

  private static final int BYTES = 256;

  private final List<byte[]> tokens;
  private final int[] ofBytes = new int[BYTES];
  private final List<Merge> merges = new ArrayList<>();

  /**
   * A merge of two adjacent tokens.
   *
   * @param left the first token
   * @param right the second token
   * @param token the token that replaces them; a merge with a smaller token takes precedence
   */
  public record Merge(int left, int right, int token) {}

  private BytePairs(List<byte[]> tokens) {
    this.tokens = tokens;
    Map<String, Integer> ids = new HashMap<>();
    Arrays.fill(ofBytes, -1);
    for (int id = 0; id < tokens.size(); id++) {
      String token = characters(tokens.get(id));
      ids.put(token, id);
      if (token.length() == 1) {
        ofBytes[token.charAt(0)] = id;
      }
    }
    for (int id = 0; id < tokens.size(); id++) {
      if (tokens.get(id).length != 1) {
        List<String> parts = parts(characters(tokens.get(id)), id, ids);
        merges.add(new Merge(id(ids, parts.get(0)), id(ids, parts.get(1)), id));
      }
    }
    if (Arrays.stream(ofBytes).anyMatch(id -> id < 0)) {
      throw new IllegalArgumentException("each of the 256 bytes must be a token");
    }
  }

  /**
   * Returns a vocabulary.
   *
   * @param tokens bytes of each token, by its id
   * @throws IllegalArgumentException if a byte is no token, a token is not a merge of two earlier
   *     ones, or there are more than 65,536
   */
  public static BytePairs of(List<byte[]> tokens) {
    if (tokens.size() > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "tokens (%d) must be at most %d".formatted(tokens.size(), MOST_TOKENS));
    }
    return new BytePairs(List.copyOf(tokens));
  }

  /** Returns the bytes as characters from 0 to 255. */
  private static String characters(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static int id(Map<String, Integer> ids, String token) {
    return ids.getOrDefault(token, -1);
  }

  /** Returns the two tokens that merge to a token. */
  private static List<String> parts(String token, int id, Map<String, Integer> ids) {
    List<String> parts = new ArrayList<>(List.of(token.split("")));
    while (parts.size() > 2) {
      int best = id;
      int at = -1;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int merged = ids.getOrDefault(parts.get(i) + parts.get(i + 1), id);
        if (merged < best) {
          best = merged;
          at = i;
        }
      }
      if (at < 0) {
        break;
      }
      parts.set(at, parts.get(at) + parts.remove(at + 1));
    }
    if (parts.size() != 2) {
      throw new IllegalArgumentException(
          "token %d must be a merge of two earlier tokens".formatted(id));
    }
    return parts;
  }

  /** Returns the number of tokens. */
  int size() {
    return tokens.size();
  }

  /** Returns the bytes of a token. */
  byte[] bytes(int token) {
    return tokens.get(token);
  }

  /** Returns the token of each byte [256]. */
  int[] ofBytes() {
    return ofBytes;
  }

  /** Returns the merges, ascending by their token. */
  public List<Merge> merges() {
    return List.copyOf(merges);
  }
}
