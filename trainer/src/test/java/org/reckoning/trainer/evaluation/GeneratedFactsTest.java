package org.reckoning.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratedFactsTest {
  private static final List<String> FACTS =
      List.of("Red, kind things are cold", "Red", "Dave is kind", "Dave is kind, not red");

  @Test
  void split_factWithCommas_isOnePiece() {
    assertThat(GeneratedFacts.split("Red, kind things are cold,Dave is kind", FACTS))
        .containsExactly("Red, kind things are cold", "Dave is kind");
  }

  @Test
  void split_severalFactsBegin_longestIsTaken() {
    assertThat(GeneratedFacts.split("Dave is kind, not red,Red", FACTS))
        .containsExactly("Dave is kind, not red", "Red");
  }

  @Test
  void split_factGoesOn_isNotThatFact() {
    assertThat(GeneratedFacts.split("Dave is kinder,Red,x", FACTS))
        .containsExactly("Dave is kinder", "Red", "x");
  }

  @Test
  void split_whatIsLeft_isCutAtCommas() {
    assertThat(GeneratedFacts.split(" Red, kind things are hot,Dave is kind", FACTS))
        .containsExactly("Red", "kind things are hot", "Dave is kind");
  }

  @Test
  void split_otherCase_isTheFact() {
    assertThat(GeneratedFacts.split("red, KIND things are cold", FACTS))
        .containsExactly("red, KIND things are cold");
  }

  @Test
  void split_emptyPieces_areNoPieces() {
    assertThat(GeneratedFacts.split(" ,, Dave is kind , ,", FACTS)).containsExactly("Dave is kind");
    assertThat(GeneratedFacts.split("", FACTS)).isEmpty();
  }
}
