package org.reckoning.trainer.server;

import java.time.Duration;

/**
 * Address and limits of a server.
 *
 * @param host name or address to listen on
 * @param port to listen on; 0 for a free one
 * @param bodyBytes largest body of a request, packed and unpacked
 * @param connections largest number of open connections
 * @param patience for a client to send a request, and to read an answer
 */
public record ServerSettings(
    String host, int port, int bodyBytes, int connections, Duration patience) {
  /** The address that only processes of this machine reach. */
  public static final String LOOPBACK = "127.0.0.1";

  /** The default of {@link #bodyBytes}: 4 MiB. */
  public static final int BODY_BYTES = 1 << 22;

  /** The default of {@link #connections}. */
  public static final int CONNECTIONS = 1024;

  /** The default of {@link #patience}. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Returns the default limits, on the loopback address. */
  public static ServerSettings onPort(int port) {
    return new ServerSettings(LOOPBACK, port, BODY_BYTES, CONNECTIONS, PATIENCE);
  }
}
