package org.reckoning.trainer.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;

/**
 * Byte-pair tokens of GPT-2. Safe for use by several threads.
 *
 * <p>{@code "Hello world"} is {@code [15496, 995]}: {@code "Hello"} and {@code " world"}.
 */
public final class Tokenizer {
  /** Id of {@code <|endoftext|>}: begin, end and padding. */
  public static final int END_OF_TEXT = 50_256;

  /** How many tokens there are. */
  public static final int SIZE = 50_257;

  private static final Tokenizer GPT2 =
      new Tokenizer(Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE));

  private final Encoding encoding;

  private Tokenizer(Encoding encoding) {
    this.encoding = encoding;
  }

  /** Returns the tokenizer of GPT-2, of which there is one. */
  public static Tokenizer gpt2() {
    return GPT2;
  }

  /**
   * Returns the tokens of a text. All of it is text: {@code <|endoftext|>} in it is seven tokens,
   * not the end.
   */
  public int[] encode(String text) {
    return encoding.encodeOrdinary(text).toArray();
  }

  /**
   * Returns the text of tokens. Bytes that are no UTF-8 become U+FFFD.
   *
   * @throws IllegalArgumentException if an id is not in [0, {@link #SIZE})
   */
  public String decode(int... tokens) {
    return encoding.decode(list(tokens));
  }

  /**
   * Returns the bytes that a token stands for.
   *
   * @throws IllegalArgumentException if the id is not in [0, {@link #SIZE})
   */
  public byte[] bytes(int token) {
    return encoding.decodeBytes(list(token));
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
