package org.reckoning.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfidenceIntervalTest {
  // Newcombe (1998), table I, method 3, four digits.
  @ParameterizedTest
  @CsvSource({
    "81, 263, 0.2553, 0.3662",
    "15, 148, 0.0624, 0.1605",
    "0, 20, 0, 0.1611",
    "1, 29, 0.0061, 0.1718"
  })
  void wilson_published_isReproduced(long hits, long trials, double low, double high) {
    ConfidenceInterval interval = ConfidenceInterval.wilson(hits, trials);
    assertThat(interval.low()).isCloseTo(low, within(5e-5));
    assertThat(interval.high()).isCloseTo(high, within(5e-5));
  }

  @Test
  void wilson_allRight_endsAtOne() {
    ConfidenceInterval interval = ConfidenceInterval.wilson(500, 500);
    assertThat(interval.low()).isCloseTo(0.9924, within(5e-5));
    assertThat(interval.high()).isEqualTo(1);
  }

  @Test
  void wilson_noTrial_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfidenceInterval.wilson(0, 0))
        .withMessage("hits (0) must be 0 to trials (0), and trials at least 1");
  }
}
