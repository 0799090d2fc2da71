package org.reckoning.trainer.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.reckoning.trainer.server.RawHttp.connect;
import static org.reckoning.trainer.server.RawHttp.error;
import static org.reckoning.trainer.server.RawHttp.post;
import static org.reckoning.trainer.server.RawHttp.talk;
import static org.reckoning.trainer.server.RawHttp.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.serving.ServingRequest;

/** A server asked over sockets by clients that do not do what they should. */
@Timeout(60)
class ConnectionTest {
  private static final int MOST = 100_000;
  private static final int CONNECTIONS = 60;
  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final String PREDICT = "/v1/models/kinship:predict";

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ModelServer server;

  /** A model that returns its inputs, or fails. */
  private record Echo() implements Predictor {
    @Override
    public Map<String, SignatureShape> signatures() {
      return Map.of("serving_default", new SignatureShape(Map.of(), Map.of()));
    }

    @Override
    public ObjectNode predict(ServingRequest request) {
      if (request.inputs().has("memory")) {
        throw new OutOfMemoryError("Java heap space");
      }
      if (request.inputs().has("fault")) {
        throw new AssertionError("a fault");
      }
      return request.inputs();
    }

    @Override
    public int atOnce() {
      return 2;
    }

    @Override
    public void close() {
      // nothing to release
    }
  }

  @BeforeAll
  static void serve() throws IOException {
    server =
        ModelServer.start(
            new ServedModelInfo("kinship", "1", "", "", List.of(), List.of()),
            new Echo(),
            new ServerSettings(ServerSettings.LOOPBACK, 0, MOST, CONNECTIONS, PATIENCE));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertAnswers() throws IOException {
    assertThat(talk(server, post(PREDICT, "{\"inputs\":{\"a\":[1]}}")))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("{\"outputs\":[1]}");
  }

  @ParameterizedTest
  @CsvSource({
    "memory, the server lacks memory for this request; make it smaller",
    "fault,  the server could not compute this request; see its log",
  })
  void requestThatFails_is500_isLogged_andIsCounted(String input, String sentence)
      throws IOException {
    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Handler keeping =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger log = Logger.getLogger(RestApi.class.getName());
    log.addHandler(keeping);
    log.setUseParentHandlers(false);
    try {
      String reply = talk(server, post(PREDICT, "{\"inputs\":{\"%s\":[1]}}".formatted(input)));
      assertThat(reply).startsWith("HTTP/1.1 500 ");
      assertThat(error(reply)).isEqualTo(sentence);
    } finally {
      log.removeHandler(keeping);
      log.setUseParentHandlers(true);
    }
    assertThat(logged)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getMessage()).isEqualTo("a request to 'serving_default' failed");
              assertThat(line.getThrown()).isInstanceOf(Error.class);
            });
    assertThat(talk(server, get("GET", "/metrics")))
        .contains("reckoning_requests_in_progress 1\n"); // itself
  }

  @Test
  void hostThatIsUnknown_isNamed() {
    assertThatThrownBy(
            () ->
                ModelServer.start(
                    new ServedModelInfo("kinship", "1", "", "", List.of(), List.of()),
                    new Echo(),
                    new ServerSettings("no-host.invalid", 0, MOST, CONNECTIONS, PATIENCE)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "host 'no-host.invalid' must be a name or an address of this machine but is unknown: choose another one, such as 127.0.0.1");
  }

  private static String get(String method, String path) {
    return "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted(method, path);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /v2,                                404, path (/v2) must be /v1/models/kinship",
    "POST,   /,                                  405, method (POST) of this path must be GET",
    "GET,    /v1/models/kinship/x,               404, path (/v1/models/kinship/x) must be /v1/models/kinship",
    "GET,    /v1/models/other,                   404, model (/v1/models/other) must be version 1 of 'kinship'",
    "GET,    /v1/models/kinshipX,                404, model (/v1/models/kinshipX) must be version 1 of 'kinship'",
    "POST,   /v1/models/kinship/versions/12:predict, 404, model (/v1/models/kinship/versions/12:predict) must be",
    "GET,    /v1/models/kinship:predict,         405, method (GET) of this path must be POST",
    "DELETE, /v1/models/kinship,                 405, method (DELETE) of this path must be GET",
    "POST,   /v1/models/kinship/metadata,        405, method (POST) of this path must be GET",
  })
  void pathOrMethodThatIsUnknown_isRefusedInOneSentence(
      String method, String path, int status, String sentence) throws IOException {
    String reply = talk(server, get(method, path));
    assertThat(reply).startsWith("HTTP/1.1 " + status + " ");
    assertThat(error(reply)).startsWith(sentence);
    assertThat(reply.contains("\r\nAllow: ")).isEqualTo(status == 405);
  }

  @Test
  void bodyOverTheLimit_is413_howeverItIsSent() throws IOException {
    String large = "x".repeat(MOST + 1);
    String chunk = "%x\r\n%s\r\n".formatted(large.length(), large);
    String chunked =
        "POST " + PREDICT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (String request :
        List.of(
            post(PREDICT, large),
            post(PREDICT, large.repeat(20)),
            chunked + chunk + "0\r\n\r\n",
            chunked + chunk.repeat(20) + "0\r\n\r\n")) {
      String reply = talk(server, request);
      assertThat(reply).startsWith("HTTP/1.1 413 ");
      assertThat(error(reply)).isEqualTo("body must be at most 100000 bytes");
    }
    assertThat(talk(server, chunked + chunk)).doesNotContain(" 200 "); // without an end
    assertAnswers();
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Length: 500, 400, body must be as long as its headers say",
    "Content-Length: 1,   400, body must be one JSON object",
    "Transfer-Encoding: chunked, 400, body must be as long as its headers say",
  })
  void lengthThatLies_isRefused(String header, int status, String sentence) throws IOException {
    String reply =
        talk(server, "POST " + PREDICT + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n{}");
    assertThat(reply).startsWith("HTTP/1.1 " + status + " ");
    assertThat(reply).contains(sentence);
    assertAnswers();
  }

  @ParameterizedTest
  @CsvSource({
    "'GET\r\n\r\n', 400, request must be HTTP/1.1",
    "'\r\n\r\n', 400, request must be HTTP/1.1",
    "'\u0000\u0001', 400, request must be HTTP/1.1",
    "'GET / HTTP/1.1\r\nHos', 400, request must be HTTP/1.1",
    "'GET / HTTP/9.9\r\n\r\n', 400, version of HTTP (HTTP/9.9) must be",
    "'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, version of HTTP (HTTP/2.0) must be",
    "'OPTIONS * HTTP/1.1\r\n\r\n', 404, path (*) must be",
    "'POST /v1/models/kinship:predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n', 400, request must be HTTP",
    "'POST /v1/models/kinship:predict HTTP/1.1\r\nContent-Length: x\r\n\r\n', 400, request must be HTTP",
    "'GET /\u0001 HTTP/1.1\r\n\r\n', 404, path (/) must be",
    "'GET / HTTP/1.1\r\nno colon\r\n\r\n', 400, request must be HTTP",
    "'GET /%zz HTTP/1.1\r\n\r\n', 400, path (/%zz) must have two hexadecimal digits",
    "'GET http:x HTTP/1.1\r\n\r\n', 404, path (http:x) must be",
  })
  void whatIsNoHttp_isRefusedInOneSentence(String bytes, int status, String sentence)
      throws IOException {
    String reply = talk(server, bytes);
    assertThat(reply).startsWith("HTTP/1.1 " + status + " ");
    assertThat(error(reply)).startsWith(sentence);
    assertAnswers();
  }

  @Test
  void headOverTheLimit_isRefusedInOneSentence() throws IOException {
    assertThat(talk(server, get("GET", "/" + "x".repeat(5000))))
        .startsWith("HTTP/1.1 414 ")
        .contains("first line of a request must be at most 4096 bytes");
    assertThat(talk(server, "GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(6000) + "\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("headers of a request must be at most 16384 bytes");
  }

  @Test
  void slowSendersAndReaders_doNotKeepOthersWaiting_andAreGivenUp() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket head = connect(server);
        write(head, "POST " + PREDICT + " HTTP/1.1\r\nHo");
        Socket body = connect(server);
        write(body, "POST " + PREDICT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{");
        slow.addAll(List.of(head, body));
      }
      assertAnswers();
      for (Socket each : slow) {
        each.setSoTimeout(60_000);
        assertThat(untilClosed(each)).startsWith("HTTP/1.1 408 ");
      }
    } finally {
      for (Socket each : slow) {
        each.close();
      }
    }
    assertAnswers();
  }

  private static String untilClosed(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void connectionOverTheLimit_is503_andTheNextIsAnswered() throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        open.add(connect(server));
      }
      String reply = talk(server, "");
      assertThat(reply).startsWith("HTTP/1.1 503 ").contains("\r\nRetry-After: 1\r\n");
      assertThat(error(reply)).isEqualTo("the server has too many connections; try again later");
      assertThat(talk(server, post(PREDICT, "x".repeat(MOST)))) // which nobody reads
          .isEqualTo(reply);
    } finally {
      for (Socket each : open) {
        each.close();
      }
    }
    while (talk(server, get("GET", "/")).startsWith("HTTP/1.1 503 ")) {
      Thread.onSpinWait(); // until the server has noticed
    }
    assertAnswers();
  }

  @Test
  void requestsOfOneConnection_areAnsweredInTheirOrder() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      all.append(i % 3 == 0 ? "GET /v1/models/kinship HTTP/1.1\r\nHost: x\r\n\r\n" : "");
      all.append(
          post(PREDICT, "{\"inputs\":{\"a\":[%d]}}".formatted(i))
              .replace("Connection: close\r\n", ""));
    }
    String reply = talk(server, all.toString());
    for (int i = 0, from = 0; i < 50; i++) {
      int at = reply.indexOf("{\"outputs\":[%d]}".formatted(i), from);
      assertThat(at).as("answer %s", i).isGreaterThan(from);
      from = at;
    }
  }
}
