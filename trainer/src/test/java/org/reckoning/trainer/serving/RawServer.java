package org.reckoning.trainer.serving;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that answers each request with the bytes that a test wants, whatever they are. */
final class RawServer implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]+)");

  private static final char TLS = 0x16;

  private final ServerSocket listener;
  private final Reply reply;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** Answers a request; the connection is closed after it. */
  interface Reply {
    void write(String request, OutputStream out) throws IOException;
  }

  private RawServer(ServerSocket listener, Reply reply) {
    this.listener = listener;
    this.reply = reply;
  }

  static RawServer start(Reply reply) throws IOException {
    return start(InetAddress.getLoopbackAddress(), reply);
  }

  static RawServer start(InetAddress address, Reply reply) throws IOException {
    RawServer server = new RawServer(new ServerSocket(0, 50, address), reply);
    Thread thread = new Thread(server::serve, "raw-server");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  /** Answers with a text, always the same. */
  static RawServer saying(String answer) throws IOException {
    return start((request, out) -> out.write(answer.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Returns an answer in full. */
  static String answer(String status, String headers, String body) {
    return "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(status, headers, body.getBytes(StandardCharsets.ISO_8859_1).length, body);
  }

  int port() {
    return listener.getLocalPort();
  }

  String address() {
    return "http://127.0.0.1:" + port();
  }

  /** Returns requests with headers and bodies. */
  List<String> requests() {
    return requests;
  }

  private void serve() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread thread = new Thread(() -> serve(socket), "raw-server-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      String head = head(in);
      Matcher length = LENGTH.matcher(head);
      byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
      String request = head + new String(body, StandardCharsets.UTF_8);
      requests.add(request);
      reply.write(request, socket.getOutputStream());
      socket.shutdownOutput();
      in.transferTo(OutputStream.nullOutputStream()); // closing at once may lose what was written
    } catch (IOException e) {
      // the client has gone
    }
  }

  /** Returns all before the body; of a client that speaks TLS the first byte. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n") || text.charAt(0) == TLS) {
        return text;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
