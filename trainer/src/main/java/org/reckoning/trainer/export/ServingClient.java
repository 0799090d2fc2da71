package org.reckoning.trainer.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model of TensorFlow Serving by its REST API. Safe for use by several threads.
 *
 * <pre>{@code
 * var client = new ServingClient(URI.create("http://localhost:8501"), "quickstart", null, Duration.ofSeconds(30));
 * client.requireAvailable();
 * List<ServedAnswer> answers = ServedAnswer.of(client.predict(ServingRequest.answer(facts, questions)));
 * }</pre>
 */
public final class ServingClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  /** Of what a server that is no TensorFlow Serving says, so much is told. */
  private static final int SHOWN = 200;

  private final URI server;
  private final String model;
  private final @Nullable String version;
  private final Duration timeout;
  private final HttpClient http;

  /** A server does not know what it was asked for. */
  public static final class NotThereException extends IOException {
    private static final long serialVersionUID = 1;

    NotThereException(String message) {
      super(message);
    }
  }

  /**
   * @param server its address, such as {@code http://localhost:8501}
   * @param model name of the model there
   * @param version that is asked; null for the newest that it has
   * @param timeout for each request, and for the connection
   * @throws IllegalArgumentException if the address is not one of a server
   */
  public ServingClient(URI server, String model, @Nullable String version, Duration timeout) {
    String scheme = server.getScheme();
    if (server.getHost() == null
        || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
      throw new IllegalArgumentException(
          "server (%s) must be an address such as http://localhost:8501".formatted(server));
    }
    if (!model.matches("[A-Za-z0-9_.-]+")) {
      throw new IllegalArgumentException(
          "model (%s) must be letters, digits and _ . - alone".formatted(model));
    }
    this.server = server;
    this.model = model;
    this.version = version;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** Returns a client that asks the newest version that the server has. */
  public ServingClient ofNewest() {
    return new ServingClient(server, model, null, timeout);
  }

  /**
   * Asks a model.
   *
   * @return nested lists of numbers, by the names of the outputs
   * @throws IOException with what the server says about the request, or why it does not answer
   */
  public JsonNode predict(ServingRequest request) throws IOException {
    JsonNode outputs = send(asked() + ":predict", request.body().toString()).path("outputs");
    if (outputs.isMissingNode()) {
      throw new IOException(
          "server (%s) answered without outputs: it must be TensorFlow Serving".formatted(server));
    }
    if (!outputs.isObject()) { // a signature of one output
      throw new IOException(
          "server (%s) answered with one output where several were expected: ask a model that"
                  .formatted(server)
              + " 'reckoning export' has written");
    }
    return outputs;
  }

  /**
   * Returns the versions that the server has, with the state of each.
   *
   * @throws IOException if it does not know the model, or does not answer
   */
  public JsonNode status() throws IOException {
    return send("", null).path("model_version_status");
  }

  /**
   * Returns names, types and shapes of inputs and outputs.
   *
   * @throws NotThereException if the server does not know the model, or not its versions
   * @throws IOException if it does not answer
   */
  public JsonNode metadata() throws IOException {
    return send(asked() + "/metadata", null).path("metadata");
  }

  /**
   * Checks that the model can be asked.
   *
   * @throws IOException if the server does not know it, has not loaded the version that is asked,
   *     or does not answer
   */
  public void requireAvailable() throws IOException {
    List<String> known = new ArrayList<>();
    for (JsonNode each : status()) {
      String number = each.path("version").asText();
      String state = each.path("state").asText();
      if (state.equals("AVAILABLE") && (version == null || version.equals(number))) {
        return;
      }
      known.add(number + " " + state);
    }
    throw new IOException(
        "model '%s' of server (%s) must have version %s AVAILABLE but has %s; ask for a version that it has, or see its log"
            .formatted(model, server, Objects.requireNonNullElse(version, "any"), known));
  }

  private String asked() {
    return version == null ? "" : "/versions/" + version;
  }

  private JsonNode send(String what, @Nullable String body) throws IOException {
    String base = server.toString().replaceFirst("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/v1/models/" + model + what)).timeout(timeout);
    if (body == null) {
      request.GET();
    } else {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> response;
    try {
      response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (HttpTimeoutException e) {
      throw new IOException(
          "server (%s) did not answer within %s s: allow more, or see what it is doing"
              .formatted(server, timeout.toMillis() / 1000.0),
          e);
    } catch (ConnectException e) {
      throw new IOException(
          "server (%s) cannot be reached: start it, or correct the address".formatted(server), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while server (%s) was asked".formatted(server), e);
    } catch (IOException e) {
      throw new IOException(
          "server (%s) broke off the connection: %s".formatted(server, e.getMessage()), e);
    }
    return answer(response);
  }

  private JsonNode answer(HttpResponse<String> response) throws IOException {
    JsonNode answer;
    try {
      answer = JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      String start = response.body().substring(0, Math.min(SHOWN, response.body().length()));
      throw new IOException(
          "server (%s) must be TensorFlow Serving, but answered with no JSON (status %d): %s"
              .formatted(server, response.statusCode(), start.strip()),
          e);
    }
    if (response.statusCode() == OK) {
      return answer;
    }
    String reason = answer.path("error").asText(response.body());
    if (response.statusCode() == NOT_FOUND) {
      throw new NotThereException(
          "model '%s' is not at server (%s): %s".formatted(model, server, reason));
    }
    throw new IOException(
        "server (%s) refused the request (status %d): %s"
            .formatted(server, response.statusCode(), sentence(reason)));
  }

  /** Returns what a check of the graph says, without where it stands there. */
  private static String sentence(String reason) {
    return reason.lines().findFirst().orElse("").replaceFirst("^assertion failed: ", "");
  }
}
