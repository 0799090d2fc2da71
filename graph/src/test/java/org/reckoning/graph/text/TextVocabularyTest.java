package org.reckoning.graph.text;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextVocabularyTest {
  private static final List<byte[]> BYTES =
      IntStream.range(0, 256).mapToObj(each -> new byte[] {(byte) each}).toList();

  @Test
  void ids_thatDoNotAscend_areRefused() {
    BytePairs pairs = BytePairs.of(BYTES);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextVocabulary.of(pairs))
        .withMessage("a model must have at least one token but there are no ids");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextVocabulary.of(pairs, 3, 2))
        .withMessage("id 2 at index 1 must be greater than 3");
  }
}
