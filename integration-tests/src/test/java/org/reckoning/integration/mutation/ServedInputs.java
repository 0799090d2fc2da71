package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inputs of a server and its clients, over a local socket. */
final class ServedInputs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private ServedInputs() {}

  /** Sends mutated requests to the server. */
  static Inputs requests(TinyRun run) throws IOException {
    Recorder recorder = new Recorder(run.server().address());
    List<Inputs.Seed> seeds = new ArrayList<>();
    try (recorder) {
      recorder.ask(run);
      recorder.requests.forEach(
          (request, body) -> {
            if (body.length > 0) {
              seeds.add(new Inputs.Seed(request, body));
            }
          });
    }
    return new Inputs(
        List.copyOf(seeds),
        (seed, content) -> {
          URI where = run.server().address().resolve(seed.what().replaceAll("^[^/]*|#.*", ""));
          HttpResponse<String> answer = send(where, "POST", content, BodyHandlers.ofString());
          JsonNode body = JSON.readTree(answer.body());
          if (answer.statusCode() == OK) {
            assertOutputs(body.path("outputs"));
            return new Outcome(0, answer.body(), "");
          }
          assertThat(answer.statusCode()).isBetween(400, 413);
          assertThat(body.path("error").isTextual()).as(answer.body()).isTrue();
          return new Outcome(1, "", body.get("error").textValue());
        });
  }

  private static void assertOutputs(JsonNode outputs) {
    assertThat(outputs.isEmpty()).as("%s", outputs).isFalse();
    ConfigurationInputs.assertFinite(outputs);
    for (JsonNode probability : outputs.path("answer_probabilities")) {
      assertThat(probability.doubleValue()).isBetween(0.0, 1.0);
    }
  }

  /** Answers a client with recorded responses, of which one is mutated. */
  static Inputs answers(TinyRun run) throws IOException {
    Map<String, byte[]> recorded;
    try (Recorder recorder = new Recorder(run.server().address())) {
      recorder.ask(run);
      recorded = Map.copyOf(recorder.answers);
    }
    Replay replay = new Replay(new LinkedHashMap<>(recorded)); // runs until the process ends
    List<Inputs.Seed> seeds =
        recorded.entrySet().stream()
            .map(each -> new Inputs.Seed(each.getKey(), each.getValue()))
            .sorted(Comparator.comparing(Inputs.Seed::what))
            .toList();
    return new Inputs(
        seeds,
        (seed, content) -> {
          replay.answers.put(seed.what(), content);
          try {
            Outcome outcome = Commands.run(asked(run, replay.address()));
            QuestionInputs.assertReplies(outcome);
            return outcome;
          } finally {
            replay.answers.put(seed.what(), seed.content());
          }
        });
  }

  private static List<String> asked(TinyRun run, URI address) {
    return List.of(
        "ask",
        "--run=" + run.export(),
        "--server=" + address,
        "--fact=" + TinyRun.FACT,
        "--question=" + TinyRun.QUESTION,
        "--json",
        "--timeout=20");
  }

  private static <T> HttpResponse<T> send(
      URI where, String method, byte[] body, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(where)
            .timeout(TIMEOUT)
            .method(method, BodyPublishers.ofByteArray(body))
            .build();
    try {
      return HTTP.send(request, handler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /**
   * Returns the key of a request. Requests with different bodies to one path have different keys.
   */
  private static String key(String method, String path, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    String what = text.contains("candidate") ? "#score" : text.isEmpty() ? "" : "#answer";
    int questions = text.contains("\"question_lengths\":[1]") ? 1 : 2;
    return method + path + what + (what.equals("#answer") ? questions : "");
  }

  /** A proxy that records requests and responses between a client and the server. */
  private static final class Recorder implements AutoCloseable {
    private final URI server;
    private final HttpServer http;
    private final Map<String, byte[]> requests = new LinkedHashMap<>();
    private final Map<String, byte[]> answers = new LinkedHashMap<>();

    Recorder(URI server) throws IOException {
      this.server = server;
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.createContext("/", this::forward);
      http.start();
    }

    void ask(TinyRun run) {
      Outcome outcome =
          Commands.run(asked(run, URI.create("http://127.0.0.1:" + http.getAddress().getPort())));
      assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    private void forward(HttpExchange exchange) throws IOException {
      try (exchange) {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        byte[] answer = send(server.resolve(path), method, body, BodyHandlers.ofByteArray()).body();
        requests.put(key(method, path, body), body);
        answers.put(key(method, path, body), answer);
        exchange.sendResponseHeaders(OK, answer.length);
        exchange.getResponseBody().write(answer);
      }
    }

    @Override
    public void close() {
      http.stop(0);
    }
  }

  /** A server that replays given responses. */
  private static final class Replay {
    private final HttpServer http;
    private final Map<String, byte[]> answers;

    Replay(Map<String, byte[]> answers) throws IOException {
      this.answers = answers;
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.createContext(
          "/",
          exchange -> {
            try (exchange) {
              byte[] body = exchange.getRequestBody().readAllBytes();
              String path = exchange.getRequestURI().getPath();
              byte[] answer =
                  answers.getOrDefault(key(exchange.getRequestMethod(), path, body), new byte[0]);
              exchange.sendResponseHeaders(OK, answer.length == 0 ? -1 : answer.length);
              exchange.getResponseBody().write(answer);
            }
          });
      http.start();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }
  }
}
