package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
