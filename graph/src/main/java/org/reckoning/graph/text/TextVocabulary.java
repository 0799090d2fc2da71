package org.reckoning.graph.text;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The tokens of a model: all of a byte-pair vocabulary or some, numbered from 0 in ascending order.
 *
 * <p>A token beyond the byte pairs, such as the end of text, has no text: no text is encoded as
 * this token, and it is decoded to nothing.
 */
public final class TextVocabulary {
  private final BytePairs pairs;
  private final int[] known; // ascending, by id of the model [V]

  private TextVocabulary(BytePairs pairs, int[] known) {
    this.pairs = pairs;
    this.known = known;
  }

  /**
   * Returns the tokens of a model.
   *
   * @param known ids of the vocabulary that the model has, in ascending order
   * @throws IllegalArgumentException if there is none, or they do not ascend from 0 or more
   */
  public static TextVocabulary of(BytePairs pairs, int... known) {
    if (known.length == 0) {
      throw new IllegalArgumentException(
          "a model must have at least one token but there are no ids");
    }
    for (int i = 0; i < known.length; i++) {
      int before = i == 0 ? -1 : known[i - 1];
      if (known[i] <= before) {
        throw new IllegalArgumentException(
            "id %d at index %d must be greater than %d".formatted(known[i], i, before));
      }
    }
    return new TextVocabulary(pairs, known.clone());
  }

  /** Returns the number of tokens V. */
  public int size() {
    return known.length;
  }

  /** Returns the number of bytes of the longest token, at least 1. */
  public int longestToken() {
    return IntStream.range(0, known.length).map(id -> bytes(id).length).max().orElse(1);
  }

  BytePairs pairs() {
    return pairs;
  }

  /** Returns the ids in the byte-pair vocabulary, ascending [V]. */
  long[] known() {
    return Arrays.stream(known).asLongStream().toArray();
  }

  /** Returns the bytes of a token of the model; none of a token without text. */
  byte[] bytes(int id) {
    return known[id] < pairs.size() ? pairs.bytes(known[id]) : new byte[0];
  }
}
