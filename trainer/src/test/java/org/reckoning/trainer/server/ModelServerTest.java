package org.reckoning.trainer.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.reckoning.trainer.server.RawHttp.connect;
import static org.reckoning.trainer.server.RawHttp.error;
import static org.reckoning.trainer.server.RawHttp.post;
import static org.reckoning.trainer.server.RawHttp.talk;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.export.ServingSizes;
import org.reckoning.trainer.export.TrainedRun;
import org.reckoning.trainer.serving.ServedModel;
import org.reckoning.trainer.serving.ServingClient;
import org.reckoning.trainer.serving.ServingRequest;

/** A server of a real export, asked over sockets by clients that do not do what they should. */
@Timeout(120)
class ModelServerTest {
  private static final int MOST = 100_000;
  private static final int CONNECTIONS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String PREDICT = "/v1/models/kinship:predict";

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Path version;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ServingRequest good;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ModelServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static JsonNode answer;

  @BeforeAll
  static void serve() throws IOException {
    Path run = TrainedRun.into(directory.resolve("run"));
    version =
        ModelExport.write(
                run, directory.resolve("kinship"), ServingSizes.ofData(), false, line -> {})
            .version();
    good = TrainedRun.request(run);
    server =
        ModelServer.start(
            "kinship",
            version,
            new ServerSettings(ServerSettings.LOOPBACK, 0, MOST, CONNECTIONS, PATIENCE));
    answer = predict();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode predict() throws IOException {
    return new ServingClient(server.address(), "kinship", null, Duration.ofSeconds(60))
        .predict(good);
  }

  private static String body(String input, String value) {
    String all = good.body().toString();
    String changed = all.replaceFirst("(\"" + input + "\":)\\[[0-9,]*]", "$1" + value);
    assertThat(changed).isNotEqualTo(all);
    return changed;
  }

  static Stream<Arguments> badBodies() {
    String all = good.body().toString();
    String json = "body must be one JSON object without repeated keys but is not";
    String object = "body must be an object with an object 'inputs', or a list 'instances', but is";
    return Stream.of(
        Arguments.of("", object),
        Arguments.of("null", object + ": null"),
        Arguments.of("[]", object),
        Arguments.of("{}", object),
        Arguments.of("{\"inputs\":null}", object),
        Arguments.of("{\"inputs\":{},\"instances\":[{}]}", object),
        Arguments.of("{\"inputs\":[]}", "'inputs' must be an object with a value for each input"),
        Arguments.of("{\"instances\":{}}", "'instances' must be a list with at least one row"),
        Arguments.of("{\"instances\":[]}", "'instances' must be a list with at least one row"),
        Arguments.of("{\"instances\":[1]}", "each of 'instances' must be an object"),
        Arguments.of(
            "{\"instances\":[{\"a\":1},{\"b\":1}]}",
            "each of 'instances' must have the same inputs, but 'a' is not in all of them"),
        Arguments.of(
            "{\"inputs\":{},\"x\":1}",
            "body must have only 'signature_name' and 'inputs', but has 'x'"),
        Arguments.of(
            "{\"inputs\":{},\"signature_name\":5}", "'signature_name' must be a text but is 5"),
        Arguments.of(
            "{\"inputs\":{},\"signature_name\":null}",
            "'signature_name' must be a text but is null"),
        Arguments.of(
            "{\"inputs\":{},\"signature_name\":\"x\"}", "signature 'x' is not in the model"),
        Arguments.of(
            "{\"inputs\":{}}",
            "inputs must be those of signature 'serving_default'; missing: [fact_"),
        Arguments.of(all.replace("\"inputs\":{", "\"inputs\":{\"more\":[1],"), "unknown: [more]"),
        Arguments.of(all + "x", json),
        Arguments.of(all + all, json),
        Arguments.of(all.substring(0, all.length() - 1), json),
        Arguments.of(all.replace("\"inputs\":{", "\"inputs\":{\"fact_lengths\":[1],"), json),
        Arguments.of("\u00ef\u00bb\u00bf" + all.replace(":", ""), json),
        Arguments.of("{\"inputs\":{\"a\":[NaN]}}", json),
        Arguments.of("{\"inputs\":{\"a\":[1,]}}", json),
        Arguments.of("{'inputs':{}}", json),
        Arguments.of("\u0000", json),
        Arguments.of("\u0000\u00ff\u00fe", "body must be text in UTF-8"),
        Arguments.of(
            body("fact_lengths", "[".repeat(255) + 1 + "]".repeat(255)),
            "body must be within the limits of JSON: Document nesting depth (65) exceeds the maximum allowed (64)"),
        Arguments.of(
            "[".repeat(MOST),
            "body must be within the limits of JSON: Document nesting depth (65) exceeds the maximum allowed (64)"),
        Arguments.of(
            body("fact_lengths", "[".repeat(40) + 1 + "]".repeat(40)),
            "input 'fact_lengths' must have 1 dimension(s) but has 40"),
        Arguments.of(
            body("fact_lengths", "[[1,2],[3]]"),
            "input 'fact_lengths' must have 1 dimension(s) but has 2"),
        Arguments.of(
            body("fact_lengths", "[1,[2]]"), "input 'fact_lengths' must be int32 but has [2]"),
        Arguments.of(
            body("fact_lengths", "5"), "input 'fact_lengths' must have 1 dimension(s) but has 0"),
        Arguments.of(
            body("fact_lengths", "null"),
            "input 'fact_lengths' must have 1 dimension(s) but has 0"),
        Arguments.of(
            body("fact_lengths", "{}"), "input 'fact_lengths' must have 1 dimension(s) but has 0"),
        Arguments.of(
            body("fact_lengths", "[\"5\"]"), "input 'fact_lengths' must be int32 but has \"5\""),
        Arguments.of(
            body("fact_lengths", "[5.0]"), "input 'fact_lengths' must be int32 but has 5.0"),
        Arguments.of(
            body("fact_lengths", "[true]"), "input 'fact_lengths' must be int32 but has true"),
        Arguments.of(
            body("fact_lengths", "[1e9]"), "input 'fact_lengths' must be int32 but has 1.0E9"),
        Arguments.of(
            body("fact_lengths", "[3000000000]"),
            "input 'fact_lengths' must be int32 but has 3000000000"),
        Arguments.of(
            body("fact_lengths", "[" + "9".repeat(2000) + "]"),
            "body must be within the limits of JSON: Number value length (2000) exceeds the maximum allowed (1000)"),
        Arguments.of(
            body("fact_lengths", "[1e999999999]"), "input 'fact_lengths' must be int32 but has "),
        Arguments.of(
            body("fact_lengths", "[1000000000]"),
            "assertion failed: [fact_prompts must be as many as fact_lengths but are]"),
        Arguments.of(body("fact_lengths", "[]"), "assertion failed: [facts must be 1 to "),
        Arguments.of(
            body("fact_tokens", "[-1]"),
            "assertion failed: [fact_tokens must be as many as fact_lengths add up to but are] [1]"),
        Arguments.of(
            body("question_lengths", "[1000000000]"),
            "assertion failed: [question_lengths must be 1 to "));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void body_thatCannotBeAnswered_isRefusedInOneSentence_andTheNextIsAnswered(
      String body, String sentence) throws IOException {
    String reply = talk(server, post(PREDICT, body));
    assertThat(reply).startsWith("HTTP/1.1 400 ");
    assertThat(error(reply)).contains(sentence);
    assertThat(predict()).isEqualTo(answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e39", "-1e999", "\"1\"", "[1]", "null"})
  void settingThatIsNoNumber_isRefused(String value) throws IOException {
    String all = good.body().toString().replace("serving_default", "sample");
    String settings =
        "\"inputs\":{\"max_new_tokens\":1,\"top_k\":0,\"top_p\":1,\"seed\":1,\"temperature\":";
    String ok = talk(server, post(PREDICT, all.replace("\"inputs\":{", settings + "1.5,")));
    assertThat(ok).startsWith("HTTP/1.1 200 ");
    String reply = talk(server, post(PREDICT, all.replace("\"inputs\":{", settings + value + ",")));
    assertThat(reply).startsWith("HTTP/1.1 400 ");
    assertThat(error(reply)).startsWith("input 'temperature' must ");
  }

  @Test
  void readerThatDoesNotRead_isGivenUp() throws IOException {
    try (Socket socket = connect(server)) {
      socket.setReceiveBufferSize(1);
      OutputStream out = socket.getOutputStream();
      byte[] request =
          "GET /v1/models/kinship/metadata HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8);
      assertThatThrownBy(
              () -> {
                while (true) { // until the server does not take any more
                  out.write(request);
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(predict()).isEqualTo(answer);
  }

  @Test
  void close_answersTheRequestsThatItHas() throws Exception {
    ModelServer other = ModelServer.start("kinship", version, 0);
    ServingClient client =
        new ServingClient(other.address(), "kinship", null, Duration.ofSeconds(60));
    List<CompletableFuture<String>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(CompletableFuture.supplyAsync(() -> outcome(client)));
    }
    asked.get(0).join(); // some are under way
    other.close();
    for (CompletableFuture<String> each : asked) {
      assertThat(each.get()).matches("right|server .*(cannot be reached|broke off).*");
    }
  }

  /** Only invalid requests are the client's fault. */
  @Test
  void failureOfTheModel_isNoFaultOfTheRequest() throws IOException {
    ServedModel closed = ServedModel.load(version);
    closed.close();
    assertThatThrownBy(() -> closed.predict(good)).isInstanceOf(IllegalStateException.class);
  }

  private static String outcome(ServingClient client) {
    try {
      return client.predict(good).equals(answer) ? "right" : "wrong";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** With {@code -Dhostile.count=2000 -Dhostile.seed=1} as many, and others. */
  @Test
  void hostileRequests_areRefusedInOneSentence() throws IOException {
    int count = Integer.getInteger("hostile.count", 120);
    HostileRequests requests =
        new HostileRequests(
            server.address().getPort(),
            PREDICT,
            List.of(good.body().toString()),
            MOST,
            Long.getLong("hostile.seed", 17));
    requests.send(count);
    requests.stall(count / 60);
    System.out.println("statuses of hostile requests: " + requests.statuses());
    assertThat(predict()).isEqualTo(answer);
  }
}
