package org.reckoning.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellWordTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "outputs/quickstart/2026-11-22_10-30-00.2|outputs/quickstart/2026-11-22_10-30-00.2",
        "resume=my runs/x|'resume=my runs/x'",
        "data.hops=[3]|'data.hops=[3]'",
        "it's $HOME|'it'\\''s $HOME'",
      })
  void word_isQuotedWhereTheShellNeedsIt(String word, String quoted) {
    assertThat(ShellWord.quoted(word)).isEqualTo(quoted);
  }
}
