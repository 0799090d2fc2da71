package org.reckoning.cli.serve;

import java.time.Duration;
import org.reckoning.trainer.server.ServerSettings;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of the address and the limits of a server. */
final class ListenOptions {
  private static final int LARGEST_PORT = 65_535;
  private static final int MEBIBYTE = 1 << 20;
  private static final int MOST_MEBIBYTES = 1024;
  private static final int MOST_CONNECTIONS = 65_536;
  private static final int MOST_SECONDS = 3600;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}, this machine only). There is no password.")
  private String host = ServerSettings.LOOPBACK;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen on (default: ${DEFAULT-VALUE}); 0 for a free one.")
  private int port = 8501;

  @Option(
      names = "--max-body",
      paramLabel = "MIB",
      description = "Largest body of a request, in MiB (default: ${DEFAULT-VALUE}).")
  private int bodyMebibytes = ServerSettings.BODY_BYTES / MEBIBYTE;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Largest number of open connections (default: ${DEFAULT-VALUE}).")
  private int connections = ServerSettings.CONNECTIONS;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description =
          "Time for a client to send a request, and to read its answer (default:"
              + " ${DEFAULT-VALUE}).")
  private int seconds = (int) ServerSettings.PATIENCE.toSeconds();

  /**
   * Returns the settings.
   *
   * @throws ParameterException if a value is out of range
   */
  ServerSettings settings(CommandLine command) {
    require(command, "--port", port, 0, LARGEST_PORT);
    require(command, "--max-body", bodyMebibytes, 1, MOST_MEBIBYTES);
    require(command, "--max-connections", connections, 1, MOST_CONNECTIONS);
    require(command, "--timeout", seconds, 1, MOST_SECONDS);
    return new ServerSettings(
        host, port, bodyMebibytes * MEBIBYTE, connections, Duration.ofSeconds(seconds));
  }

  private static void require(CommandLine command, String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          command, "%s (%d) must be from %d to %d".formatted(option, value, least, most));
    }
  }
}
