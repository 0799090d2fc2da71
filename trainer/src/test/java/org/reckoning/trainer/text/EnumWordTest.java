package org.reckoning.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnumWordTest {
  private enum Mode {
    EXACT,
    FIRST_ORDER
  }

  @Test
  void words_areNamesInLowerCase() {
    assertThat(EnumWord.of(Mode.FIRST_ORDER)).isEqualTo("first_order");
    assertThat(EnumWord.all(Mode.class)).containsExactly("exact", "first_order");
  }
}
