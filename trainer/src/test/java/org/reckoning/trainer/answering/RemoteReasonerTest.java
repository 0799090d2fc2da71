package org.reckoning.trainer.answering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.export.ServingSizes;
import org.reckoning.trainer.export.TrainedRun;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.server.ModelServer;
import org.reckoning.trainer.serving.ServerAddress;

/** An export that is asked over a socket, next to the run that it came from. */
class RemoteReasonerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Path run;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ClientAssets assets;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ModelServer server;

  @BeforeAll
  static void serve() throws IOException {
    run = TrainedRun.into(directory.resolve("run"));
    Path export = directory.resolve("kinship");
    ModelExport.write(run, export, ServingSizes.ofData(), false, line -> {});
    assets = ClientAssets.read(export);
    server = ModelServer.start("kinship", export.resolve("1"), 0);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<ReasoningTask> test() throws IOException {
    return new SplitLoader(TrainedRun.config().data(), TrainedRun.config().seed(), line -> {})
        .test();
  }

  private static List<String> facts(ReasoningTask task) {
    return task.facts().stream().map(Fact::text).toList();
  }

  private static AskedModel model() throws IOException {
    return at(server.address(), assets, null);
  }

  private static AskedModel at(URI address, ClientAssets files, @Nullable List<String> labels)
      throws IOException {
    return RemoteModel.at(
        ServerAddress.of(address.toString()), files, labels, SegmentSettings.OF_MODEL, TIMEOUT);
  }

  @Test
  void ask_overASocket_answersAsTheRunDoes() throws IOException {
    AskedModel remote = model();
    AskedModel local = LocalModel.open(run, null, null);
    assertThat(remote.innerSteps()).isEqualTo(local.innerSteps());
    assertThat(remote.decoding()).isEqualTo(local.decoding());
    assertThat(remote.description()).startsWith("version 1 of 'kinship', checkpoint best-");
    assertThat(remote.note()).isEqualTo("the server learns the facts again for every question");
    Decoding drawn = remote.decoding().withNewTokens(3).withTemperature(1).withSeed(7);
    try (Reasoner there = remote.reasoner();
        Reasoner here = local.reasoner()) {
      for (ReasoningTask task : test().subList(0, 3)) {
        String question = task.questions().get(0).text();
        EncodingReport encoded = there.encode(facts(task));
        EncodingReport own = here.encode(facts(task));
        assertThat(encoded.tokens()).isEqualTo(own.tokens());
        assertThat(encoded.innerLosses()).hasSize(3);
        for (int k = 0; k < 3; k++) {
          assertThat(encoded.innerLosses().get(k))
              .isCloseTo(own.innerLosses().get(k), within(1e-5));
        }
        assertSame(there.ask(question, remote.decoding()), here.ask(question, local.decoding()));
        assertSame(there.ask(question, drawn), here.ask(question, drawn));
      }
    }
  }

  private static void assertSame(Reply there, Reply here) {
    assertThat(there.answer()).isEqualTo(here.answer());
    assertThat(there.text()).isEqualTo(here.text());
    assertThat(there.textProbability()).isCloseTo(here.textProbability(), within(1e-5));
    assertThat(there.labels().keySet()).containsExactlyElementsOf(here.labels().keySet());
    there
        .labels()
        .forEach(
            (label, probability) ->
                assertThat(probability).isCloseTo(here.labels().get(label), within(1e-5)));
  }

  @Test
  void whatARequestHasNoRoomFor_isNamedBeforeItIsSent() throws IOException {
    AskedModel model = model();
    List<String> facts = facts(test().get(0));
    int most = assets.limits().factTokens();
    String longer = (facts.get(0) + " ").repeat(5).strip();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkFacts(List.of(longer)))
        .withMessageMatching(
            "tokens of fact 0 \\('.*'\\) \\(\\d+\\) must be at most %d, the export's limit; give less, or export again with more fact tokens"
                .formatted(most));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkQuestion(facts, "How are ".repeat(20).strip()))
        .withMessageContaining("export again with more question tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkQuestion(facts, " "))
        .withMessage("question (' ') must have text");
    List<String> many = new ArrayList<>(assets.labelSets().get(0));
    many.add("aunt and");
    AskedModel asked = at(server.address(), assets, many);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> asked.checkQuestion(facts, test().get(0).questions().get(0).text()))
        .withMessageStartingWith("labels (%d) must be at most".formatted(many.size()));
    try (Reasoner reasoner = model.reasoner()) {
      Decoding decoding = model.decoding();
      assertThatIllegalStateException()
          .isThrownBy(() -> reasoner.ask("x", decoding))
          .withMessage("no facts are known; encode some before a question");
      reasoner.encode(facts);
      int longest = assets.limits().newTokens();
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  reasoner.ask(
                      test().get(0).questions().get(0).text(), decoding.withNewTokens(longest + 1)))
          .withMessageStartingWith("new tokens (%d) must be at most".formatted(longest + 1));
    }
  }

  @Test
  void modelThatIsNotServed_isNamed() throws IOException {
    URI other = URI.create(server.address() + "/v1/models/other/");
    assertThatIOException()
        .isThrownBy(() -> at(other, assets, null))
        .withMessageStartingWith("model 'other' is not on server (" + server.address() + "): ");
    Path export = directory.resolve("kinship");
    Path next = export.resolve("2");
    copy(export.resolve("1/assets.extra"), next.resolve("assets.extra"));
    Files.writeString(next.resolve("saved_model.pb"), "");
    assertThatIOException()
        .isThrownBy(() -> at(server.address(), ClientAssets.read(next), null))
        .withMessage(
            "model 'kinship' of server (%s) must have version 2 AVAILABLE but has [1 AVAILABLE]; use one of these versions, or see its log",
            server.address());
  }

  @Test
  void addressWithTheModel_pastedWhole_isUnderstood() throws IOException {
    for (String pasted : List.of("", ":predict", "/versions/1", "/versions/1:predict")) {
      AskedModel model =
          at(URI.create(server.address() + "/v1/models/kinship" + pasted), assets, null);
      assertThat(model.place()).isEqualTo(server.address().toString());
    }
    URI other = URI.create(server.address() + "/v1/models/kinship/versions/3:predict");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> at(other, assets, null))
        .withMessage(
            "version (3) in the address of server (%s) must be that of the export, 1: name the export of that version, or leave the version out",
            server.address());
  }

  @Test
  void gatewayToTheNewestVersionAlone_isAskedWithoutAVersion() throws IOException {
    HttpServer gateway = gateway(path -> !path.contains("/versions/"), (path, answer) -> answer);
    try {
      AskedModel model = at(address(gateway), assets, null);
      ReasoningTask task = test().get(0);
      try (Reasoner reasoner = model.reasoner();
          Reasoner direct = model().reasoner()) {
        reasoner.encode(facts(task));
        direct.encode(facts(task));
        String question = task.questions().get(0).text();
        assertSame(
            reasoner.ask(question, model.decoding()), direct.ask(question, model.decoding()));
      }
    } finally {
      gateway.stop(0);
    }
  }

  @Test
  void gatewayToTheNewestVersionAlone_whichIsAnotherOne_isRefused() throws IOException {
    String newer = "{\"version\":\"12\",\"state\":\"AVAILABLE\"},";
    HttpServer gateway =
        gateway(
            path -> !path.contains("/versions/"),
            (path, answer) ->
                answer.replace("\"model_version_status\":[", "\"model_version_status\":[" + newer));
    try {
      assertThatIOException()
          .isThrownBy(() -> at(address(gateway), assets, null))
          .withMessageStartingWith("model 'kinship' is not on server (");
    } finally {
      gateway.stop(0);
    }
  }

  private static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Answers as the server does, but knows some paths alone and changes answers. */
  private static HttpServer gateway(
      Predicate<String> knows, BiFunction<String, String, String> changed) throws IOException {
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext("/", exchange -> forward(exchange, knows, changed));
    gateway.start();
    return gateway;
  }

  private static void forward(
      HttpExchange exchange, Predicate<String> knows, BiFunction<String, String, String> changed)
      throws IOException {
    String path = exchange.getRequestURI().getPath();
    try (exchange) {
      if (!knows.test(path)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(server.address().resolve(path))
                      .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body))
                      .build(),
                  BodyHandlers.ofString());
      byte[] bytes = changed.apply(path, answer.body()).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.statusCode(), bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      value = {
        "predict  | 'inner_losses':.[^,]*,       | 'inner_losses':[NaN,     | output 'inner_losses' must have finite numbers from 0 but has \"NaN\"",
        "predict  | 'inner_losses'               | 'losses'                 | output 'inner_losses' must be a list of 3 but is missing",
        "predict  | 'inner_losses':.[^,]*,       | 'inner_losses':[         | output 'inner_losses' must be a list of 3 but has [",
        "predict  | 'answer_tokens':..[0-9]*     | 'answer_tokens':[[99999  | output 'answer_tokens' must have whole numbers from 0 to ",
        "predict  | 'answer_tokens':..           | 'answer_tokens':[[],[    | output 'answer_tokens' must be a list of 1 but has [[],[",
        "predict  | 'answer_lengths':.[0-9]*     | 'answer_lengths':[99     | output 'answer_lengths' must have whole numbers from 0 to 4 but has 99",
        "predict  | 'answer_probabilities':.[^]]*| 'answer_probabilities':[2| output 'answer_probabilities' must have probabilities from 0 to 1 but has 2",
        "predict  | 'log_probabilities':.[^],]*  | 'log_probabilities':[null| output 'log_probabilities' must have finite numbers up to 0 but has null",
        "predict  | 'log_probabilities':.[^],]*, | 'log_probabilities':[    | output 'log_probabilities' must be a list of ",
        "predict  | 'outputs'                    | 'predictions'            | answered without outputs: it must be TensorFlow Serving",
        "predict  | 'outputs':.*                 | 'outputs':[1]}           | must answer with several outputs, but answered with one",
        "metadata | 'score'                      | 'scores'                 | has no signature 'score'",
        "metadata | 'signature_def'              | 'x'                      | has no signature 'serving_default'",
      })
  void answerThatContradictsTheRequest_isRefusedWithTheAddress(
      String path, String good, String bad, String sentence) throws IOException {
    HttpServer gateway =
        gateway(
            any -> true,
            (asked, answer) ->
                asked.endsWith(path)
                    ? answer.replaceAll(good.replace('\'', '"'), bad.replace('\'', '"'))
                    : answer);
    try {
      ReasoningTask task = test().get(0);
      assertThatIOException()
          .isThrownBy(
              () -> {
                AskedModel model = at(address(gateway), assets, null);
                try (Reasoner reasoner = model.reasoner()) {
                  reasoner.encode(facts(task));
                  reasoner.ask(task.questions().get(0).text(), model.decoding());
                }
              })
          .withMessageContaining("server (" + address(gateway) + ") ")
          .withMessageContaining(sentence);
    } finally {
      gateway.stop(0);
    }
  }

  @Test
  void filesOfAnotherExport_areNoticed() throws IOException {
    Path forged = directory.resolve("forged/1");
    copy(directory.resolve("kinship/1/assets.extra"), forged.resolve("assets.extra"));
    Files.writeString(forged.resolve("saved_model.pb"), "");
    Path config = forged.resolve("assets.extra/config.yaml");
    Files.writeString(
        config, Files.readString(config).replace("n_inner_iter: 2", "n_inner_iter: 3"));
    URI address = URI.create(server.address() + "/v1/models/kinship");
    assertThatIOException()
        .isThrownBy(() -> ClientAssets.read(forged))
        .withMessageContaining(
            "has 240 tokens and 2 inner steps, but the files beside it have 240 and 3");
    Path origin = forged.resolve("assets.extra/export.json");
    Files.writeString(
        origin,
        Files.readString(origin).replaceFirst("\"inner_steps\" : 2", "\"inner_steps\" : 3"));
    assertThatIOException()
        .isThrownBy(() -> at(address, ClientAssets.read(forged), null))
        .withMessageContaining("its output 'inner_losses' has size 3 and not 4");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
