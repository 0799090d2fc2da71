package org.reckoning.trainer.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.reckoning.graph.text.BytePairs;

/**
 * The byte-pair tokenizer of GPT-2. Safe for use by several threads.
 *
 * <p>{@code "Hello world"} is {@code [15496, 995]}: {@code "Hello"} and {@code " world"}.
 */
public final class Tokenizer {
  /** Id of {@code <|endoftext|>}: begin, end and padding. */
  public static final int END_OF_TEXT = 50_256;

  /** Number of tokens. */
  public static final int SIZE = 50_257;

  private static final Tokenizer GPT2 =
      new Tokenizer(Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE));

  /** Largest number of words whose tokens are kept: the words of a data set are few. */
  private static final int KEPT_WORDS = 1 << 16;

  /** Length of the longest word whose tokens are kept, in characters. */
  private static final int LONGEST_KEPT = 32;

  private final Encoding encoding;
  private final Map<String, int[]> ofWords = new ConcurrentHashMap<>();

  /** The byte pairs, which few programs need. */
  private static final class Pairs {
    static final BytePairs GPT2 =
        BytePairs.of(
            IntStream.range(0, END_OF_TEXT).mapToObj(token -> gpt2().bytes(token)).toList());
  }

  private Tokenizer(Encoding encoding) {
    this.encoding = encoding;
  }

  /** Returns the only instance. */
  public static Tokenizer gpt2() {
    return GPT2;
  }

  /**
   * Returns the tokens of a text. Special tokens are not recognized: {@code <|endoftext|>} is
   * encoded as seven tokens.
   */
  public int[] encode(String text) {
    IntArrayList tokens = new IntArrayList(text.length() / 4);
    int from = 0;
    while (from < text.length()) {
      int to = wordEnd(text, from);
      for (int token : ofWord(text.substring(from, to))) {
        tokens.add(token);
      }
      from = to;
    }
    return tokens.toArray();
  }

  /**
   * Returns the end of a word with the white space before it. GPT-2 splits a text by a pattern
   * before it merges bytes. No match of that pattern has white space behind another character, so
   * the tokens of the words are those of the text.
   */
  private static int wordEnd(String text, int from) {
    int end = from + 1;
    while (end < text.length() && !(isBreak(text.charAt(end)) && isVisible(text.charAt(end - 1)))) {
      end++;
    }
    return end;
  }

  private static boolean isBreak(char character) {
    return character == ' ' || character == '\n';
  }

  /** Returns whether a character is surely not white space, by any definition. */
  private static boolean isVisible(char character) {
    return (character > ' ' && character < 0x7f) || Character.isLetterOrDigit(character);
  }

  private int[] ofWord(String word) {
    int[] known = ofWords.get(word);
    if (known != null) {
      return known;
    }
    int[] tokens = encoding.encodeOrdinary(word).toArray();
    if (word.length() <= LONGEST_KEPT) {
      if (ofWords.size() >= KEPT_WORDS) {
        ofWords.clear();
      }
      ofWords.put(word, tokens);
    }
    return tokens;
  }

  /**
   * Returns the text of tokens. Malformed UTF-8 becomes U+FFFD.
   *
   * @throws IllegalArgumentException if an id is not in [0, {@link #SIZE})
   */
  public String decode(int... tokens) {
    return encoding.decode(list(tokens));
  }

  /**
   * Returns the bytes of a token.
   *
   * @throws IllegalArgumentException if the id is not in [0, {@link #SIZE})
   */
  public byte[] bytes(int token) {
    return encoding.decodeBytes(list(token));
  }

  /** Returns the tokens and merges, all but the end of text. */
  public BytePairs bytePairs() {
    return Pairs.GPT2;
  }

  private static IntArrayList list(int... tokens) {
    IntArrayList list = new IntArrayList(tokens.length);
    for (int token : tokens) {
      if (token < 0 || token >= SIZE) {
        throw new IllegalArgumentException(
            "token id (%d) must be in [0, %d)".formatted(token, SIZE));
      }
      list.add(token);
    }
    return list;
  }
}
