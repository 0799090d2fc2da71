package org.reckoning.cli.ask;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.serving.ServerAddress;
import picocli.CommandLine.Option;

/** Options of a server that answers the questions. */
final class ServerOptions {
  private static final double MILLISECONDS = 1000;
  private static final double DAY = 86_400;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = {
        "REST address of TensorFlow Serving; --run is then the exported model, whose directory gives"
            + " the default NAME. Passwords are never printed. Possible forms are",
        "http://localhost:8501,",
        "http://localhost:8501/v1/models/NAME,",
        "http://USER:PASSWORD@HOST:8501."
      })
  private @Nullable String address;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description =
          "With --server: time limit of a request, waits for a busy server included (default:"
              + " 60).")
  private @Nullable Double seconds;

  /** Returns whether a server is given. */
  boolean isGiven() {
    return address != null;
  }

  /**
   * Returns the address; null without a server.
   *
   * @throws IllegalArgumentException if the address is invalid
   */
  @Nullable ServerAddress address() {
    if (address == null) {
      if (seconds != null) {
        throw new IllegalArgumentException("--timeout (%s) needs --server".formatted(seconds));
      }
      return null;
    }
    return ServerAddress.of(address);
  }

  /**
   * Returns the time limit of a request.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  Duration timeout() {
    double given = Objects.requireNonNullElse(seconds, 60.0);
    if (!(given >= 1 / MILLISECONDS && given <= DAY)) {
      throw new IllegalArgumentException(
          "--timeout (%s) must be from 0.001 to 86400 seconds".formatted(given));
    }
    return Duration.ofMillis(Math.round(MILLISECONDS * given));
  }
}
