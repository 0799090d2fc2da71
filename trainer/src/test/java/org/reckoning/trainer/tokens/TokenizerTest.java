package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private final Tokenizer tokenizer = Tokenizer.gpt2();

  @Test
  void encode_knownText_givesTheIdsOfGpt2() {
    // From the model card of gpt2 and OpenAI's encoder.
    assertThat(tokenizer.encode("Hello world")).containsExactly(15496, 995);
    assertThat(tokenizer.encode("Hello, my dog is cute"))
        .containsExactly(15496, 11, 616, 3290, 318, 13779);
  }

  @Test
  void encode_blankAtTheEnd_isATokenOfItsOwn() {
    int[] tokens = tokenizer.encode("fact_0: ");
    assertThat(tokenizer.decode(tokens[tokens.length - 1])).isEqualTo(" ");
    assertThat(tokens).hasSize(5);
  }

  @Test
  void encode_endOfTextAsText_isNotTheEndOfText() {
    int[] tokens = tokenizer.encode("<|endoftext|>");
    assertThat(tokens).hasSize(7).doesNotContain(Tokenizer.END_OF_TEXT);
    assertThat(tokenizer.decode(tokens)).isEqualTo("<|endoftext|>");
  }

  @Test
  void encode_anyText_givesTheTokensOfTheLibrary() {
    Encoding library = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    String[] pieces = {
      "a",
      "Dave",
      "'s",
      "'",
      "7",
      "42nd",
      ".",
      "?!",
      "_",
      " ",
      "  ",
      "\n",
      "\t",
      "\r\n",
      "\u00a0",
      "\u0085",
      "\u2003",
      "\u3000",
      "\u200b",
      "\u001c",
      "\u0000",
      "\u007f",
      "é",
      "e\u0301",
      "東京",
      "🙂",
      "\ud83d",
      "<|endoftext|>",
      "counterrevolutionary".repeat(4)
    };
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      String text =
          IntStream.range(0, random.nextInt(12))
              .mapToObj(j -> pieces[random.nextInt(pieces.length)])
              .collect(Collectors.joining());
      assertThat(tokenizer.encode(text))
          .as("'%s'", text)
          .isEqualTo(library.encodeOrdinary(text).toArray());
    }
  }

  @Test
  void encode_changedResult_isNotSeenByLaterCalls() {
    tokenizer.encode("Hello world")[0] = 0;
    assertThat(tokenizer.encode("Hello world")).containsExactly(15496, 995);
  }

  @Test
  void decode_endOfText_isShown() {
    assertThat(tokenizer.decode(15496, Tokenizer.END_OF_TEXT)).isEqualTo("Hello<|endoftext|>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\n\nb", "naïve café, 東京 🙂", "Anne's cat: {x}, \"y\""})
  void decode_ofEncoded_isTheText(String text) {
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void decode_unknownId_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.decode(50_257))
        .withMessage("token id (50257) must be in [0, 50257)");
  }
}
