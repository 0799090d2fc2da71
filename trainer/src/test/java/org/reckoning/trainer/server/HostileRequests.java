package org.reckoning.trainer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/**
 * Sends requests that a client should not send. Each must be answered by a 4xx status with one
 * sentence, or by 200 if it happens to be valid.
 */
final class HostileRequests {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String END = "\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int AT_ONCE = 60;

  private final int port;
  private final String path;
  private final List<String> bodies;
  private final int most;
  private final Random random;
  private final List<UnaryOperator<String>> kinds =
      List.of(
          this::changedJson,
          this::nested,
          this::longList,
          this::wrongValue,
          this::overTheLimit,
          this::lyingLength,
          this::brokenChunks,
          this::oddPath,
          this::oddMethod,
          this::oddHeaders,
          this::oddBytes,
          this::oddEncoding);

  /** How often each status was answered. */
  private final Map<String, Integer> statuses = new TreeMap<>();

  /**
   * @param path of predict requests
   * @param bodies valid ones
   * @param most limit of a body in bytes
   */
  HostileRequests(int port, String path, List<String> bodies, int most, long seed) {
    this.port = port;
    this.path = path;
    this.bodies = bodies;
    this.most = most;
    random = new Random(seed);
  }

  Map<String, Integer> statuses() {
    return statuses;
  }

  /** Sends requests of all kinds in turn, each on a connection of its own, some at a time. */
  void send(int count) throws IOException {
    for (int first = 0; first < count; first += AT_ONCE) {
      Map<Socket, String> sent = new LinkedHashMap<>();
      for (int i = first; i < Math.min(count, first + AT_ONCE); i++) {
        String body = bodies.get(random.nextInt(bodies.size()));
        String request = kinds.get(i % kinds.size()).apply(body);
        Socket socket = connect();
        sent.put(socket, request);
        write(socket, request);
        if (random.nextBoolean()) {
          socket.shutdownOutput(); // else the server must not wait for its end
        }
      }
      requireAll(sent);
    }
  }

  private void requireAll(Map<Socket, String> sent) throws IOException {
    for (Map.Entry<Socket, String> each : sent.entrySet()) {
      try (Socket socket = each.getKey()) {
        require(socket, each.getValue());
      }
    }
  }

  /**
   * Opens connections that send a part of a request and then nothing, and some that break off.
   *
   * @param count of each kind
   */
  void stall(int count) throws IOException {
    Map<Socket, String> slow = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String request = post(bodies.get(0));
      String part = request.substring(0, 1 + random.nextInt(request.length() - 1));
      Socket stalls = connect();
      write(stalls, part);
      slow.put(stalls, part);
      slow.put(connect(), "");
      try (Socket halfOpen = connect()) {
        write(halfOpen, part);
        halfOpen.shutdownOutput();
        require(halfOpen, part);
      }
      try (Socket broken = connect()) {
        write(broken, part);
        broken.setSoLinger(true, 0); // a reset
      }
    }
    requireAll(slow);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  /** Writes bytes; the server may have answered and closed before the end. */
  private static void write(Socket socket, String bytes) {
    try {
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    } catch (IOException e) {
      // the answer is still to be read
    }
  }

  /** Reads an answer, and requires a sentence. */
  private void require(Socket socket, String request) throws IOException {
    String what = request.substring(0, Math.min(request.length(), 300));
    String head = head(socket);
    assertThat(head).as(what).startsWith("HTTP/1.1 ");
    String status = head.substring(9, 12);
    statuses.merge(status, 1, Integer::sum);
    if (request.startsWith("HEAD")) {
      return;
    }
    int length = Integer.parseInt(head.replaceAll("(?is).*content-length: (\\d+).*", "$1"));
    String body = new String(socket.getInputStream().readNBytes(length), UTF_8);
    assertThat(body.getBytes(UTF_8)).as(what).hasSize(length);
    if (status.equals("200")) {
      return;
    }
    assertThat(status).as("%s%n%s", what, body).startsWith("4");
    JsonNode error = JSON.readTree(body);
    assertThat(error.size()).isEqualTo(1);
    assertThat(error.path("error").asText())
        .as(what)
        .isNotBlank()
        .hasSizeLessThan(600)
        .doesNotContain("\n", "Exception", "java.", "jackson", "netty");
  }

  private static String head(Socket socket) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith(END)) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        break;
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }

  private String post(String body) {
    return post(path, "", body);
  }

  private String post(String where, String headers, String body) {
    String bytes = new String(body.getBytes(UTF_8), ISO_8859_1);
    return "POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(where, headers, bytes.length(), bytes);
  }

  @SafeVarargs
  private <T> T any(T... all) {
    return all[random.nextInt(all.length)];
  }

  private String junk(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt(256));
    }
    return text.toString();
  }

  private String changedJson(String body) {
    int at = random.nextInt(body.length());
    int to = Math.min(body.length(), at + 1 + random.nextInt(8));
    return post(
        switch (random.nextInt(4)) {
          case 0 -> body.substring(0, at);
          case 1 -> body.substring(0, at) + body.substring(to);
          case 2 ->
              body.substring(0, at)
                  + any("{", "}", "[", "]", ",", ":", "\"", "\\", "null", "1e9", "-", "\0")
                  + body.substring(at);
          default -> body.substring(0, at) + junk(3) + body.substring(to);
        });
  }

  /** Replaces a value of the inputs. */
  private String withValue(String body, String value) {
    List<String> names =
        List.of(
            "facts",
            "questions",
            "labels",
            "fact_tokens",
            "fact_lengths",
            "fact_prompts",
            "question_lengths",
            "question_tokens",
            "candidate_lengths",
            "inputs",
            "signature_name");
    String name =
        names.stream()
            .skip(random.nextInt(names.size()))
            .filter(each -> body.contains("\"" + each + "\":"))
            .findFirst()
            .orElse("inputs");
    return post(
        body.replaceFirst(
            "(\"" + name + "\":)(\\[[^\\]]*\\]|\"[^\"]*\"|\\{.*})",
            "$1" + value.replace("\\", "\\\\")));
  }

  private String nested(String body) {
    int depth = 1 + random.nextInt(any(4, 60, 300, 20_000));
    return withValue(body, "[".repeat(depth) + any("", "1", "\"a\"") + "]".repeat(depth));
  }

  private String longList(String body) {
    String item = any("1", "1000000000", "\"Alice\"", "[]", "-1");
    return withValue(body, "[" + (item + ",").repeat(random.nextInt(5000)) + item + "]");
  }

  private String wrongValue(String body) {
    return withValue(
        body,
        any(
            "null",
            "5",
            "true",
            "{}",
            "[]",
            "[null]",
            "[1.5]",
            "[\"\"]",
            "[\" \"]",
            "\"Alice\"",
            "[{\"b64\":\"!\"}]",
            "[1e400]",
            "[\"\\ud800\"]",
            "[\"a\",1]",
            "[[\"a\"]]",
            "[" + "9".repeat(2000) + "]",
            "[\"" + "x".repeat(20_000) + "\"]"));
  }

  private String overTheLimit(String body) {
    String large = " ".repeat(most + random.nextInt(most));
    return any(
        post(large),
        chunked("%x\r\n%s\r\n0\r\n\r\n".formatted(large.length(), large)),
        post(body + large));
  }

  private String chunked(String chunks) {
    return "POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s"
        .formatted(path, chunks);
  }

  private String lyingLength(String body) {
    String length = any("-1", "x", "1", "99999999999999999999", "3, 4", "0x10", "", "1e3");
    return "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n%s"
        .formatted(path, length, body);
  }

  private String brokenChunks(String body) {
    return chunked(
        any(
            "zz\r\n" + body,
            "-5\r\n" + body + "\r\n0\r\n\r\n",
            "ffffffffffff\r\n" + body,
            "5\r\n123456789\r\n0\r\n\r\n",
            "\r\n\r\n",
            "0x5\r\n12345\r\n0\r\n\r\n"));
  }

  private String oddPath(String body) {
    String where =
        any(
            "/",
            "",
            "//",
            "/v1/models/",
            path + "x",
            path.replace(":predict", ":classify"),
            "/../../etc/passwd",
            "/%2e%2e/%00",
            "/%zz",
            "/" + "a".repeat(random.nextInt(9000)),
            "http://x:99999/",
            "*",
            "?",
            "/v1/models/kinship/versions/9999999999999999999:predict",
            "/\u00e4\u00f6");
    return post(where, "", body);
  }

  private String oddMethod(String unusedBody) {
    String method =
        any(
            "get",
            "GET",
            "PUT",
            "DELETE",
            "TRACE",
            "CONNECT",
            "PATCH",
            "HEAD",
            "POST POST",
            "P\u00d6ST",
            "X".repeat(200));
    return "%s %s %s%s"
        .formatted(
            method,
            path,
            any("HTTP/1.1", "HTTP/0.9", "HTTP/2.0", "HTTP/1.10", "HTTPS/1.1", "http/1.1", ""),
            "\r\nHost: x\r\n\r\n");
  }

  private String oddHeaders(String body) {
    String headers =
        any(
            "no colon\r\n",
            ": no name\r\n",
            " folded\r\n",
            "A\0: b\r\n",
            "A: b\0\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Content-Length: 1\r\n",
            "Expect: a miracle\r\n",
            "X: " + "y".repeat(20_000) + "\r\n",
            "A: b\r\n".repeat(5000),
            "Connection: close\r\nContent-Encoding: br\r\n");
    return post(path, headers, body.substring(1));
  }

  private String oddBytes(String unusedBody) {
    return any(
            junk(1 + random.nextInt(3000)),
            "\r\n".repeat(50),
            "GET\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + junk(100),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        + "\r\n\r\n";
  }

  private String oddEncoding(String body) {
    try {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
        out.write(
            (random.nextBoolean() ? body.substring(1) : " ".repeat(10 * most)).getBytes(UTF_8));
      }
      String bytes = packed.toString(ISO_8859_1);
      String cut = any(bytes, bytes.substring(0, bytes.length() / 2), junk(200), "");
      return "POST %s HTTP/1.1\r\nHost: x\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s"
          .formatted(path, any("gzip", "gzip", "deflate", "gzip, gzip"), cut.length(), cut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
