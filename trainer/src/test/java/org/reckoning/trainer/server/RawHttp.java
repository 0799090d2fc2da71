package org.reckoning.trainer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** Requests and answers as bytes, which no client needs to accept. */
final class RawHttp {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RawHttp() {}

  /** Opens a connection. */
  static Socket connect(ModelServer server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
  }

  /** Sends bytes, one for each character. */
  static void write(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Sends bytes, ends sending, and returns all that comes back. */
  static String talk(ModelServer server, String bytes) throws IOException {
    try (Socket socket = connect(server)) {
      write(socket, bytes);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  /** Returns a request with a body, after which the connection ends. */
  static String post(String path, String body) {
    return "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, body.length(), body);
  }

  /** Returns the error of an answer, after a look at its form. */
  static String error(String reply) throws IOException {
    String error = JSON.readTree(reply.substring(reply.indexOf("\r\n\r\n"))).path("error").asText();
    assertThat(error).doesNotContain("\n", "Exception", "java.", "jackson", "node ").isNotBlank();
    assertThat(error.length()).isLessThan(500);
    return error;
  }
}
