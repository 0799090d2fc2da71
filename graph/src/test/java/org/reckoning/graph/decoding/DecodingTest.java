package org.reckoning.graph.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class DecodingTest {
  private static final Decoding GREEDY = Decoding.greedy(5, 9);

  @Test
  void presets_filterNothing() {
    assertThat(GREEDY).isEqualTo(new Decoding(5, 9, 0, 0, 1, 0));
    assertThat(Decoding.sampling(5, 9, 3)).isEqualTo(new Decoding(5, 9, 1, 0, 1, 3));
    assertThat(GREEDY.withNewTokens(6).withTemperature(0.5).withTopK(4).withTopP(0.9).withSeed(7))
        .isEqualTo(new Decoding(6, 9, 0.5, 4, 0.9, 7));
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GREEDY.withNewTokens(0))
        .withMessage("new tokens (0) must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GREEDY.withTemperature(-0.1))
        .withMessage("temperature (-0.1) must be at least 0, which is greedy, and finite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GREEDY.withTemperature(Double.NaN))
        .withMessageContaining("temperature (NaN)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GREEDY.withTopK(-1))
        .withMessage("top_k (-1) must be at least 0, which is off");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GREEDY.withTopP(0))
        .withMessage("top_p (0.0) must be more than 0 and at most 1, which is off");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GREEDY.withTopP(1.5))
        .withMessageContaining("top_p (1.5)");
  }
}
