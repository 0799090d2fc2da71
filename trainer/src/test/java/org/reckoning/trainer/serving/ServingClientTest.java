package org.reckoning.trainer.serving;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.reckoning.trainer.serving.RawServer.answer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of servers and gateways that do not do what they should. */
@Timeout(60)
class ServingClientTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String STATUS =
      "{\"model_version_status\":[{\"version\":\"1\",\"state\":\"AVAILABLE\"}]}";
  private static final String OUTPUTS = "{\"outputs\":{\"x\":[1],\"y\":[2]}}";
  private static final String JOE = "Basic " + base64("joe:s3cret");

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static ServingClient client(String address) {
    return client(address, TIMEOUT);
  }

  private static ServingClient client(String address, Duration timeout) {
    return new ServingClient(ServerAddress.of(address), "m", null, timeout);
  }

  private static ServingRequest request() {
    return new ServingRequest("s", JsonNodeFactory.instance.objectNode().put("a", 1));
  }

  @Test
  void nameWithUnderscore_isReallyAsked(@TempDir Path directory) throws Exception {
    try (RawServer server = RawServer.saying(answer("200 OK", "", STATUS))) {
      Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 tf_serving\n");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Djdk.net.hosts.file=" + hosts,
                  "-cp",
                  System.getProperty("java.class.path"),
                  Probe.class.getName(),
                  "http://joe:s3cret@tf_serving:" + server.port())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(server.requests())
          .singleElement()
          .asString()
          .startsWith("GET /v1/models/m HTTP/1.1\r\n")
          .contains("\r\nHost: tf_serving:" + server.port() + "\r\n")
          .contains("\r\nAuthorization: " + JOE + "\r\n");
    }
  }

  /** Asks a server from a process that knows other names of hosts. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) throws IOException {
      client(args[0]).requireAvailable();
    }
  }

  @Test
  void ipv6Address_isAsked() throws IOException {
    InetAddress loopback = InetAddress.getAllByName("::1")[0];
    assumeTrue(NetworkInterface.getByInetAddress(loopback) != null, "there is no IPv6 here");
    try (RawServer server =
        RawServer.start(
            loopback, (request, out) -> out.write(answer("200 OK", "", STATUS).getBytes(UTF_8)))) {
      client("http://[::1]:" + server.port()).requireAvailable();
      assertThat(server.requests().get(0)).contains("\r\nHost: [::1]:" + server.port() + "\r\n");
    }
  }

  @Test
  void pathOfAGateway_precedesThatOfTheModel() throws IOException {
    try (RawServer server = RawServer.saying(answer("200 OK", "", OUTPUTS))) {
      client(server.address() + "/x/y/").predict(request());
      assertThat(server.requests())
          .singleElement()
          .asString()
          .startsWith("POST /x/y/v1/models/m:predict HTTP/1.1\r\n")
          .endsWith("\r\n\r\n{\"signature_name\":\"s\",\"inputs\":{\"a\":1}}");
    }
  }

  static Stream<Arguments> wrongAnswers() {
    return Stream.of(
        Arguments.of(
            answer("200 OK", "", ""),
            "must be TensorFlow Serving, but answered with no JSON object (status 200): "),
        Arguments.of(
            answer("200 OK", "", "[1]"),
            "must be TensorFlow Serving, but answered with no JSON object (status 200): [1]"),
        Arguments.of(
            answer("200 OK", "", "{}"),
            "must be TensorFlow Serving, but its answer has no 'model_version_status'"),
        Arguments.of(
            answer("200 OK", "", STATUS + "x"),
            "must be TensorFlow Serving, but answered with no JSON object"),
        Arguments.of(
            answer("200 OK", "", "{\"a\":\"\u00e4\"}"),
            "must be TensorFlow Serving, but answered with no JSON object"),
        Arguments.of(
            answer("200 OK", "", "[".repeat(100_000)),
            "must be TensorFlow Serving, but answered with no JSON object"),
        Arguments.of(
            answer("200 OK", "", "<html>\n<h1>\u001b[31mHello</h1>"), "(status 200): [31mHello"),
        Arguments.of(
            answer("204 No Content", "", ""),
            "must be TensorFlow Serving, but answered with status 204"),
        Arguments.of(
            answer("304 Not Modified", "", ""),
            "must be TensorFlow Serving, but answered with status 304"),
        Arguments.of(
            answer("400 Bad", "", "{\"error\":\"assertion failed: [x]\\n\\tat y\"}"),
            "refused the request (status 400): [x]"),
        Arguments.of(
            answer("400 Bad", "", "{\"error\":[1]}"),
            "refused the request (status 400): {\"error\":[1]}"),
        Arguments.of(
            answer("401 No", "WWW-Authenticate: Basic realm=\"x\"\r\n", ""),
            "requires a user and a password (status 401): give them as in http://USER:PASSWORD@HOST:8501"),
        Arguments.of(
            answer("403 No", "", "<p>not you</p>"),
            "forbids the request (status 403): not you; ask for access to it"),
        Arguments.of(
            answer("404 No", "", "<p>nothing</p>"), "model 'm' is not on server (%s): nothing"),
        Arguments.of(
            answer("407 No", "", ""),
            "a proxy before server (%s) requires a user and a password (status 407)"),
        Arguments.of(answer("413 No", "", ""), "must accept a request of"),
        Arguments.of(
            answer("429 Busy", "", ""), "is busy or not ready (status 429); try again later"),
        Arguments.of(
            answer("503 Busy", "Retry-After: soon\r\n", "{\"error\":\"full\"}"),
            "is busy or not ready (status 503): full; try again later"),
        Arguments.of(
            answer("429 Busy", "Retry-After: 3600\r\n", ""),
            "is busy (status 429) and asks to retry in 3600.0 s, but the timeout is 30.0 s: retry later, or raise the timeout"),
        Arguments.of(
            answer("503 Busy", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT\r\n", ""),
            "is busy (status 503) and asks to retry in "),
        Arguments.of(
            answer("500 Bad", "", "<html><title>oh\nno</title>"),
            "failed (status 500): oh no; see its log"),
        Arguments.of(
            answer("200 OK", "Content-Encoding: br\r\n", "x"),
            "must answer in plain text or gzip, but answers in 'br'"),
        Arguments.of(
            answer("200 OK", "Content-Encoding: gzip\r\n", "x"),
            "closed the connection before the answer was complete"),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"model",
            "closed the connection after 7 of 500 bytes"),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"mod",
            "closed the connection before the answer was complete"),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{",
            "closed the connection before the answer was complete"),
        Arguments.of("HTTP/1.1 200 OK\r\nContent-Le", ""),
        Arguments.of("SSH-2.0-OpenSSH_9.0\r\n\r\n\r\n", "must speak HTTP but does not"),
        Arguments.of("", "closed the connection before the answer was complete"),
        Arguments.of(
            answer("301 Moved", "", ""),
            "must redirect to an address of http or https (status 301, to '')"),
        Arguments.of(
            answer("307 Moved", "Location: ftp://joe:s3cret@h/x?s3cret\r\n", ""),
            "must redirect to an address of http or https (status 307, to 'ftp://h/x')"),
        Arguments.of(
            answer("308 Moved", "Location: /again\r\n", ""),
            "must not redirect more than 5 times (status 308, to '/again')"));
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void wrongAnswer_isRefusedInOneSentenceWithTheAddress(String bytes, String sentence)
      throws IOException {
    try (RawServer server = RawServer.saying(bytes)) {
      assertThatIOException()
          .isThrownBy(() -> client(server.address()).status())
          .withMessageContaining("server (" + server.address() + ") ".strip())
          .withMessageContaining(sentence.replace("%s", server.address()))
          .satisfies(
              e ->
                  assertThat(e.getMessage())
                      .doesNotContain("\n", "\u001b", "s3cret", "Exception", "java."));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirect_ofAGet_isFollowed(int status) throws IOException {
    try (RawServer server =
        RawServer.start(
            (request, out) ->
                out.write(
                    (request.startsWith("GET /r/")
                            ? answer("200 OK", "", STATUS)
                            : answer(status + " Moved", "Location: /r/v1/models/m\r\n", "<p>"))
                        .getBytes(UTF_8)))) {
      client(server.address().replace("//", "//joe:s3cret@")).requireAvailable();
      assertThat(server.requests()).hasSize(2).allMatch(each -> each.contains(JOE));
    }
  }

  @Test
  void redirect_ofAPost_keepsTheBodyOrIsRefused() throws IOException {
    try (RawServer server = RawServer.saying(answer("200 OK", "", OUTPUTS));
        RawServer kept =
            RawServer.saying(answer("307 Moved", "Location: " + server.address() + "/x\r\n", ""));
        RawServer lost =
            RawServer.saying(answer("302 Moved", "Location: " + server.address() + "/x\r\n", ""))) {
      client(kept.address()).predict(request());
      assertThat(server.requests())
          .singleElement()
          .asString()
          .startsWith("POST /x HTTP/1.1\r\n")
          .endsWith("{\"signature_name\":\"s\",\"inputs\":{\"a\":1}}");
      assertThatIOException()
          .isThrownBy(() -> client(lost.address()).predict(request()))
          .withMessage(
              "server (%s) must redirect without loss of the request's body: name the new address (status 302, to '%s/x')",
              lost.address(), server.address());
    }
  }

  @Test
  void redirect_toAnotherServer_getsNoPassword() throws IOException {
    try (RawServer other = RawServer.saying(answer("401 No", "", ""));
        RawServer server =
            RawServer.saying(
                answer(
                    "307 Moved",
                    "Location: " + other.address().replace("//", "//eve:pw@") + "/x\r\n",
                    ""))) {
      assertThatIOException()
          .isThrownBy(
              () -> client(server.address().replace("//", "//joe:s3cret@")).predict(request()))
          .withMessage(
              "server (%s) redirects to %s, which requires a user and a password (status 401): give that address",
              server.address(), other.address());
      assertThat(server.requests().get(0)).contains("Authorization: " + JOE);
      assertThat(other.requests()).singleElement().asString().doesNotContain("Authorization");
    }
  }

  @Test
  void passwordThatIsRefused_isNotShown() throws IOException {
    String echo = "{\"error\":\"joe:s3cret " + base64("joe:s3cret") + "\"}";
    for (String status : new String[] {"401 No", "403 No", "400 Bad", "500 Bad", "429 Busy"}) {
      try (RawServer server = RawServer.saying(answer(status, "", echo))) {
        assertThatIOException()
            .isThrownBy(
                () -> client(server.address().replace("//", "//joe:s3cret@")).predict(request()))
            .withMessageContaining("server (" + server.address() + ")")
            .satisfies(
                e -> {
                  StringWriter trace = new StringWriter();
                  e.printStackTrace(new PrintWriter(trace));
                  assertThat(trace.toString()).doesNotContain("s3cret", base64("joe:s3cret"));
                });
      }
    }
  }

  @Test
  void busyServer_isAskedAgainWhenItSays() throws IOException {
    String busy = answer("429 Busy", "Retry-After: 0\r\n", "");
    String loading =
        answer("503 Busy", "Retry-After: Wed, 21 Oct 2020 07:28:00 GMT\r\n", "<p>loading");
    try (RawServer server =
        RawServer.start(
            new RawServer.Reply() {
              private int asked;

              @Override
              public synchronized void write(String request, OutputStream out) throws IOException {
                asked++;
                String all =
                    asked == 1 ? busy : asked == 2 ? loading : answer("200 OK", "", OUTPUTS);
                out.write(all.getBytes(UTF_8));
              }
            })) {
      assertThat(client(server.address()).predict(request()).path("x").path(0).asInt())
          .isEqualTo(1);
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void serverThatIsAlwaysBusy_isGivenUpInTime() throws IOException {
    try (RawServer server = RawServer.saying(answer("429 Busy", "Retry-After: 0\r\n", ""))) {
      assertThatIOException()
          .isThrownBy(() -> client(server.address(), SHORT).status())
          .withMessageContaining("server (" + server.address() + ") ");
    }
  }

  @Test
  void answer_zippedOrInChunks_isRead() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(STATUS.getBytes(UTF_8));
    }
    String body = zipped.toString(ISO_8859_1);
    try (RawServer server =
        RawServer.saying(answer("200 OK", "Content-Encoding: gzip\r\n", body))) {
      client(server.address()).requireAvailable();
    }
    String chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
            .formatted(STATUS.substring(0, 5), STATUS.length() - 5, STATUS.substring(5));
    try (RawServer server = RawServer.saying(chunked)) {
      client(server.address()).requireAvailable();
    }
  }

  static Stream<RawServer.Reply> endless() {
    return Stream.of(
        (request, out) -> endless(out, "HTTP/1.1 2"),
        (request, out) -> endless(out, "HTTP/1.1 200 OK\r\nX: "),
        (request, out) -> endless(out, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"));
  }

  /** Writes a byte now and then, so that no single read takes long. */
  private static void endless(OutputStream out, String start) throws IOException {
    out.write(start.getBytes(UTF_8));
    try {
      while (true) {
        out.write("x".getBytes(UTF_8));
        out.flush();
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("endless")
  void answerWithoutEnd_isGivenUpInTime(RawServer.Reply reply) throws IOException {
    try (RawServer server = RawServer.start(reply)) {
      assertThatIOException()
          .isThrownBy(() -> client(server.address(), SHORT).predict(request()))
          .withMessage(
              "server (%s) did not answer within 0.3 s: raise the timeout, or see its log",
              server.address());
    }
  }

  @Test
  void serverThatAcceptsAndNeverAnswers_isGivenUpInTime() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThatIOException()
          .isThrownBy(() -> client("http://127.0.0.1:" + silent.getLocalPort(), SHORT).status())
          .withMessageContaining("did not answer within 0.3 s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Content-Encoding: gzip\r\n"})
  void answerOfAGigabyte_isRefused(String header) throws IOException {
    try (RawServer server =
        RawServer.start(
            (request, out) -> {
              out.write(("HTTP/1.1 200 OK\r\n" + header + "\r\n").getBytes(UTF_8));
              OutputStream body = header.isEmpty() ? out : new GZIPOutputStream(out);
              for (int megabyte = 0; megabyte < 1024; megabyte++) {
                body.write(new byte[1 << 20]);
              }
              body.close();
            })) {
      assertThatIOException()
          .isThrownBy(() -> client(server.address()).status())
          .withMessage(
              "server (%s) must answer with at most 67108864 bytes, but answers with more: it must be TensorFlow Serving",
              server.address());
    }
  }

  @Test
  void serverThatIsNotThere_isNamedWithoutPassword() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThatIOException()
        .isThrownBy(() -> client("http://joe:s3cret@127.0.0.1:" + free).status())
        .withMessage(
            "server (http://127.0.0.1:%d) cannot be reached: start it, or correct the address",
            free);
    assertThatIOException()
        .isThrownBy(() -> client("http://joe:s3cret@no_such.invalid:1").status())
        .withMessage(
            "server (http://no_such.invalid:1) cannot be reached, as host 'no_such.invalid' is unknown: start it, or correct the address");
    try (RawServer server = RawServer.saying(answer("200 OK", "", STATUS))) {
      String https = server.address().replace("http:", "https:");
      assertThatIOException()
          .isThrownBy(() -> client(https).status())
          .withMessage(
              "server (%s) must speak https but does not: correct the port, or use http://", https);
    }
  }
}
