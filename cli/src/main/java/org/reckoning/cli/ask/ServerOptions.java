package org.reckoning.cli.ask;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.serving.ServerAddress;
import picocli.CommandLine.Option;

/** A server that answers in place of this process. */
final class ServerOptions {
  private static final double MILLISECONDS = 1000;
  private static final double DAY = 86_400;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Ask TensorFlow Serving by its REST API, such as http://localhost:8501; --run is then the"
              + " export that it serves. The name of the model is that of the export's directory, or"
              + " as in http://localhost:8501/v1/models/NAME. http://USER:PASSWORD@HOST is sent as"
              + " such and never shown.")
  private @Nullable String address;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description =
          "With --server: the longest that a request may take, and waits for a busy server"
              + " (default: 60).")
  private @Nullable Double seconds;

  /** Returns whether a server answers. */
  boolean isGiven() {
    return address != null;
  }

  /**
   * Returns the address; null if none is given.
   *
   * @throws IllegalArgumentException if it is none
   */
  @Nullable ServerAddress address() {
    if (address == null) {
      if (seconds != null) {
        throw new IllegalArgumentException(
            "--timeout (%s) must be given with --server".formatted(seconds));
      }
      return null;
    }
    return ServerAddress.of(address);
  }

  /**
   * Returns how long a request may take.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  Duration timeout() {
    double given = Objects.requireNonNullElse(seconds, 60.0);
    if (!(given >= 1 / MILLISECONDS && given <= DAY)) {
      throw new IllegalArgumentException(
          "--timeout (%s) must be 0.001 to 86400 seconds".formatted(given));
    }
    return Duration.ofMillis(Math.round(MILLISECONDS * given));
  }
}
