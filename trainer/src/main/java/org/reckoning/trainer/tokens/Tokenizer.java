package org.reckoning.trainer.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
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

  private final Encoding encoding;

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
    return encoding.encodeOrdinary(text).toArray();
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
