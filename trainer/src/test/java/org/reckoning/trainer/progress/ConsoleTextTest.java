package org.reckoning.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTextTest {
  @Test
  void controlCharacters_areShownByTheirNumber() {
    assertThat(ConsoleText.of("key 'a\u001b[31m\u0000\r\u009b\u202e\ud83d' of\tJosé \ud83d\ude00"))
        .isEqualTo("key 'a\\u001b[31m\\u0000\\u000d\\u009b\\u202e\\ud83d' of\tJosé \ud83d\ude00");
  }

  @Test
  void longLine_keepsItsStartAndItsEnd() {
    String message = "n_layer (" + "x".repeat(20_000) + ") must be an integer";
    assertThat(ConsoleText.of(message))
        .hasSize(ConsoleText.MAX_LINE)
        .startsWith("n_layer (xxx")
        .contains("x ... x")
        .endsWith("xxx) must be an integer");
    String longest = "x".repeat(ConsoleText.MAX_LINE);
    assertThat(ConsoleText.of("a\n" + longest)).isEqualTo("a\n" + longest);
  }

  @Test
  void manyMessages_areCounted() {
    assertThat(ConsoleText.of(Collections.nCopies(23, "x is missing")))
        .hasSize(21)
        .endsWith("x is missing", "... and 3 more");
    assertThat(ConsoleText.of(List.of("a", "b"))).containsExactly("a", "b");
  }
}
