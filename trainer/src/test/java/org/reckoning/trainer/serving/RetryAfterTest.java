package org.reckoning.trainer.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-10-21T07:28:00Z");

  @ParameterizedTest
  @CsvSource({
    "3,                               PT3S",
    "' 120 ',                         PT2M",
    "0,                               PT0.1S",
    "99999999999999999999999,         PT999999999S",
    "'Wed, 21 Oct 2026 07:28:30 GMT', PT30S",
    "'Wed, 21 Oct 2020 07:28:00 GMT', PT0.1S",
  })
  void header_inSecondsOrAsDate_isATimeToWait(String header, Duration wait) {
    assertThat(RetryAfter.of(header, NOW)).contains(wait);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"-", "''", "soon", "-1", "1.5", "2026-10-21", "٣"})
  void header_thatCannotBeRead_isNone(String header) {
    assertThat(RetryAfter.of(header, NOW)).isEmpty();
  }
}
