package org.reckoning.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentTest {
  @ParameterizedTest
  @CsvSource({"1, 100.0 %", "0.9996, 99.9 %", "0.9834, 98.3 %", "0.0004, 0.0 %", "0, 0.0 %"})
  void share_thatIsNotWhole_isNot100Percent(double share, String text) {
    assertThat(Percent.ofShare(share)).isEqualTo(text);
  }
}
