package org.reckoning.trainer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.answering.LocalModel;
import org.reckoning.trainer.answering.LocalReasoner;
import org.reckoning.trainer.answering.Reply;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.export.TrainedRun;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.serving.ServingRequest;

/** A server of a real run, asked in words. */
@Timeout(120)
class RunServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final float ROUNDING = 1e-6f;

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static LocalModel model;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ServedModelInfo info;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ModelServer server;

  @BeforeAll
  static void serve() throws IOException {
    Path run = TrainedRun.into(directory.resolve("run"));
    model = LocalModel.open(run, null, null);
    info = ServedModelInfo.of(model, RunConfig.read(run.resolve(RunDirectory.CONFIG)));
    server = ModelServer.start(info, RunPredictor.of(model), ServerSettings.onPort(0));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String body(String signature, Map<String, Object> inputs) {
    ObjectNode body = JSON.createObjectNode().put("signature_name", signature);
    return body.set("inputs", JSON.valueToTree(inputs)).toString();
  }

  private static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(server.address().resolve(path)).timeout(Duration.ofSeconds(60));
  }

  private static HttpResponse<String> post(String body) throws Exception {
    return HTTP.send(
        to("/v1/models/" + info.name() + ":predict").POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(to(path).build(), BodyHandlers.ofString());
  }

  private static JsonNode outputs(String signature, Map<String, Object> inputs) throws Exception {
    HttpResponse<String> answer = post(body(signature, inputs));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("outputs");
  }

  @Test
  void askAndChoose_answerAsTheModelDoesAlone_withAndWithoutKnowledge() throws Exception {
    List<String> facts = info.examples().get(0).facts();
    List<String> questions =
        List.of(
            info.examples().get(0).question(), "How are Mary and Alice related to each other ?");
    List<String> labels = model.labels();
    Map<String, Object> asked = Map.of("facts", facts, "questions", questions);
    Map<String, Object> chosen =
        Map.of("facts", facts, "questions", questions, "labels", labels.subList(0, 3));
    try (LocalReasoner alone = model.reasoner()) {
      List<Double> losses = alone.encode(facts).innerLosses();
      Reply told = alone.ask(questions.get(1), model.decoding());

      JsonNode answer = outputs("ask", asked);
      assertThat(answer.path("answers").path(1).asText()).isEqualTo(told.text());
      assertThat(answer.path("probabilities").path(1).floatValue())
          .isEqualTo((float) told.textProbability());
      assertThat(answer.path("inner_losses")).hasSize(losses.size());
      assertThat(answer.path("inner_losses").path(2).floatValue())
          .isEqualTo(losses.get(2).floatValue());

      JsonNode choice = outputs("choose", chosen);
      double sum =
          labels.subList(0, 3).stream().mapToDouble(label -> probability(told, label)).sum();
      for (int i = 0; i < 3; i++) {
        assertThat(choice.path("probabilities").path(1).path(i).floatValue())
            .isCloseTo((float) (probability(told, labels.get(i)) / sum), within(ROUNDING));
      }
      assertThat(choice.path("inner_losses")).isEqualTo(answer.path("inner_losses"));

      alone.forget(facts);
      Reply untold = alone.ask(questions.get(1), model.decoding());
      JsonNode without = outputs("ask_no_knowledge", asked);
      assertThat(without.path("answers").path(1).asText()).isEqualTo(untold.text());
      assertThat(without.path("probabilities").path(1).floatValue())
          .isEqualTo((float) untold.textProbability())
          .isNotEqualTo((float) told.textProbability());
      assertThat(without.has("inner_losses")).isFalse();
      assertThat(outputs("choose_no_knowledge", chosen).path("probabilities"))
          .isNotEqualTo(choice.path("probabilities"));
      assertThat(outputs("ask", asked)).isEqualTo(answer);
    }
  }

  @Test
  void choose_ofMoreLabelsThanAreScoredAtOnce_comparesAllOfThem() throws Exception {
    List<String> many = // as the model writes them, so that it knows their words
        info.examples().stream()
            .flatMap(example -> example.facts().stream())
            .distinct()
            .flatMap(fact -> model.labels().stream().map(label -> label + " because " + fact))
            .limit(100)
            .toList();
    List<String> some = List.of(many.get(3), many.get(99));
    Map<String, Object> asked =
        Map.of("facts", info.examples().get(0).facts(), "questions", List.of("Mary"));
    Map<String, Object> ofMany = new HashMap<>(asked);
    ofMany.put("labels", many);
    Map<String, Object> ofSome = new HashMap<>(asked);
    ofSome.put("labels", some);
    JsonNode all = outputs("choose", ofMany).path("probabilities").path(0);
    JsonNode two = outputs("choose", ofSome).path("probabilities").path(0);
    assertThat(all).hasSize(100);
    assertThat(all.path(3).asDouble() / all.path(99).asDouble())
        .isCloseTo(two.path(0).asDouble() / two.path(1).asDouble(), withinPercentage(0.1));
  }

  @Test
  void request_withTooManyTexts_is400() throws Exception {
    List<String> facts = info.examples().get(0).facts();
    HttpResponse<String> questions =
        post(body("ask", Map.of("facts", facts, "questions", Collections.nCopies(101, "Mary"))));
    assertThat(questions.statusCode()).isEqualTo(400);
    assertThat(questions.body())
        .contains("input 'questions' must have at most 100 texts but has 101");
    HttpResponse<String> labels =
        post(
            body(
                "choose",
                Map.of(
                    "facts",
                    facts,
                    "questions",
                    List.of("Mary"),
                    "labels",
                    Collections.nCopies(1001, "aunt"))));
    assertThat(labels.statusCode()).isEqualTo(400);
    assertThat(labels.body()).contains("input 'labels' must have at most 1000 texts but has 1001");
  }

  @Test
  void innerLosses_ofAModelWithoutInnerSteps_areNone() throws Exception {
    Path run =
        TrainedRun.into(
            directory.resolve("in_context"), TrainedRun.config().with("method", "in_context"));
    try (Predictor predictor = RunPredictor.of(LocalModel.open(run, null, null))) {
      ObjectNode inputs =
          JSON.valueToTree(
              Map.of("facts", info.examples().get(0).facts(), "questions", List.of("Mary")));
      SignatureShape shape = Objects.requireNonNull(predictor.signatures().get("ask"));
      assertThat(shape.json().at("/outputs/inner_losses").toString()).contains("\"size\":\"0\"");
      assertThat(predictor.predict(new ServingRequest("ask", inputs)).path("inner_losses"))
          .isEmpty();
    }
  }

  private static double probability(Reply reply, String label) {
    return Objects.requireNonNull(reply.labels().get(label));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'facts': [], 'questions': ['a']} | input 'facts' must be a list of at least one text but is []",
        "{'facts': 'a', 'questions': ['a']} | input 'facts' must be a list of at least one text but is \"a\"",
        "{'facts': [5], 'questions': ['a']} | input 'facts' must be a list of texts but has 5",
        "{'facts': [' '], 'questions': ['a']} | fact 0 (' ') must have text",
        "{'facts': ['The son of Zelda is Tom'], 'questions': ['a']} | the word 'Z",
        "{'facts': ['The son of Alice is Tom']} | inputs must be those of signature 'ask'; missing: [questions]",
      })
  void requestThatCannotBeAnswered_is400_withOneSentence(String inputs, String sentence)
      throws Exception {
    HttpResponse<String> answer =
        post("{\"signature_name\":\"ask\",\"inputs\":%s}".formatted(inputs.replace('\'', '"')));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).path("error").asText()).startsWith(sentence);
  }

  @Test
  void rows_areAnsweredAsRows_ifAllOutputsHaveOne() throws Exception {
    String fact = info.examples().get(0).facts().get(0);
    String question = info.examples().get(0).question();
    String rows =
        JSON.createObjectNode()
            .put("signature_name", "ask_no_knowledge")
            .set(
                "instances",
                JSON.valueToTree(
                    List.of(
                        Map.of("facts", fact, "questions", question),
                        Map.of("facts", fact, "questions", question))))
            .toString();
    JsonNode predictions = JSON.readTree(post(rows).body()).path("predictions");
    JsonNode columns =
        outputs(
            "ask_no_knowledge",
            Map.of("facts", List.of(fact, fact), "questions", List.of(question, question)));
    assertThat(predictions).hasSize(2);
    assertThat(predictions.path(1).path("answers")).isEqualTo(columns.path("answers").path(1));
    assertThat(post(rows.replace("_no_knowledge", "")).body())
        .contains("output 'inner_losses' does not have one value for each of the 2 'instances'");
  }

  @Test
  void bodies_mayBePackedByGzip_inBothDirections() throws Exception {
    String body =
        body("ask", Map.of("facts", info.examples().get(0).facts(), "questions", List.of("Mary")));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(body.getBytes(StandardCharsets.UTF_8));
    }
    HttpResponse<String> answer =
        HTTP.send(
            to("/v1/models/" + info.name() + ":predict")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray()))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.body()).isEqualTo(post(body).body());

    String metadata = "/v1/models/" + info.name() + "/metadata";
    HttpResponse<byte[]> small =
        HTTP.send(
            to(metadata).header("Accept-Encoding", "br, gzip").build(), BodyHandlers.ofByteArray());
    assertThat(small.headers().firstValue("Content-Encoding")).contains("gzip");
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(small.body()))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(get(metadata).body())
          .contains("\"choose_no_knowledge\"", "DT_STRING");
    }
    HttpResponse<String> plain =
        HTTP.send(
            to(metadata).header("Accept-Encoding", "gzip;q=0").build(), BodyHandlers.ofString());
    assertThat(plain.body()).isEqualTo(get(metadata).body());
  }

  @Test
  void metrics_countRequestsBySignatureAndStatus() throws Exception {
    String ask = body("ask", Map.of("facts", List.of(), "questions", List.of()));
    String counted = "reckoning_requests_total{signature=\"ask\",status=\"400\"} ";
    post(ask);
    long before = metric(get("/metrics").body(), counted);
    post(ask);
    HttpResponse<String> page = get("/metrics");
    assertThat(page.headers().firstValue("Content-Type")).hasValue(ServerMetrics.TYPE);
    assertThat(metric(page.body(), counted)).isEqualTo(before + 1);
    assertThat(page.body())
        .containsPattern(
            "reckoning_request_seconds_bucket\\{signature=\"ask\",le=\"\\+Inf\"} \\d+\n")
        .containsPattern("process_resident_memory_bytes [1-9]\\d+\n")
        .contains("reckoning_requests_in_progress 1\n");
    assertThat(page.body().lines())
        .allMatch(
            line -> line.matches("# (HELP|TYPE) \\w+ .+|\\w+(\\{(\\w+=\"[^\"]*\",?)+})? [0-9.]+"));
  }

  private static long metric(String page, String line) {
    int from = page.indexOf(line) + line.length();
    return Long.parseLong(page.substring(from, page.indexOf('\n', from)));
  }

  @Test
  void page_isOneFile_thatNothingFromOutsideCanChange() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.body()).startsWith("<!DOCTYPE html>").doesNotContain("src=", "@import");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; connect-src 'self'")
        .doesNotContain("unsafe");
    JsonNode described = JSON.readTree(get("/model.json").body());
    assertThat(described.path("name").asText()).isEqualTo(info.name());
    assertThat(described.path("labels")).hasSize(model.labels().size());
    assertThat(described.path("examples").path(0).path("facts").isEmpty()).isFalse();
  }

  @Test
  void page_inABrowser_loadsAnExample_answers_andShowsErrorsAtTheirFields() {
    Optional<PageInBrowser> opened = PageInBrowser.open(server.address(), 1200, 900);
    assumeTrue(opened.isPresent(), "no chromium with chromedriver on the PATH");
    try (PageInBrowser page = opened.get()) {
      page.loadExample(1);
      assertThat(page.value("facts")).isEqualTo(String.join("\n", info.examples().get(0).facts()));
      page.ask();
      assertThat(page.texts("article h2")).containsExactly(info.examples().get(0).question());
      assertThat(model.labels()).containsAll(page.texts(".answer"));
      assertThat(page.texts(".answer")).hasSize(2); // with and without the facts
      assertThat(page.texts(".with .bars .number"))
          .hasSizeGreaterThan(2)
          .allMatch(each -> each.endsWith(" %"));
      assertThat(page.texts(".curve circle")).hasSize(model.innerSteps() + 1);
      assertThat(page.text("curl")).startsWith("curl -d '{\"signature_name\":\"choose\"");
      page.resize(400, 800);
      assertThat(page.fitsTheWidth()).isTrue();

      page.write("questions", "How are Zelda and Tom related ?");
      page.ask();
      assertThat(page.text("questions-error")).startsWith("the word 'Z");
      assertThat(page.focused()).isEqualTo("questions");
      page.write("facts", "");
      page.ask();
      assertThat(page.text("facts-error"))
          .isEqualTo("Write at least one fact, or load an example.");
      assertThat(page.text("questions-error")).isEmpty();
      assertThat(page.focused()).isEqualTo("facts");
      assertThat(page.complaints()).allMatch(line -> line.contains("400 (Bad Request)"));
    }
  }
}
