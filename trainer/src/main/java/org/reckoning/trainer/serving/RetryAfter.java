package org.reckoning.trainer.serving;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the header Retry-After of a busy server. */
final class RetryAfter {
  /** The shortest pause, also for a server that says "at once". */
  static final Duration LEAST = Duration.ofMillis(100);

  private static final int DIGITS = 9;

  private RetryAfter() {}

  /**
   * Returns the time to wait; empty if the header is missing or invalid.
   *
   * @param header seconds, or a date such as {@code Wed, 21 Oct 2026 07:28:00 GMT}
   */
  static Optional<Duration> of(@Nullable String header, Instant now) {
    if (header == null) {
      return Optional.empty();
    }
    String text = header.strip();
    if (text.matches("[0-9]+")) {
      String most = text.length() > DIGITS ? "9".repeat(DIGITS) : text;
      return Optional.of(atLeast(Duration.ofSeconds(Long.parseLong(most))));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(atLeast(Duration.between(now, then)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration atLeast(Duration wait) {
    return wait.compareTo(LEAST) < 0 ? LEAST : wait;
  }
}
