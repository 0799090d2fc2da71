package org.reckoning.trainer.serving;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Client of a model on TensorFlow Serving, through its REST API. Safe for use by several threads.
 *
 * <pre>{@code
 * var client = new ServingClient(URI.create("http://localhost:8501"), "quickstart", null, Duration.ofSeconds(30));
 * client.requireAvailable();
 * JsonNode outputs = client.predict(ServingRequest.answer(facts, questions));
 * }</pre>
 */
public final class ServingClient {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int PROXY_UNAUTHORIZED = 407;
  private static final int TOO_LARGE = 413;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;
  private static final int UNAVAILABLE = 503;

  /** Number of characters of a server's text in messages. */
  private static final int SHOWN = 200;

  private final ServerAddress server;
  private final String model;
  private final @Nullable String version;
  private final Duration timeout;
  private final ServerConnection connection;

  /** The server does not have the model, or not this version. */
  public static final class NotThereException extends IOException {
    private static final long serialVersionUID = 1;

    NotThereException(String message) {
      super(message);
    }
  }

  /**
   * @param server its address, such as {@code http://localhost:8501}
   * @param model name of the model on the server
   * @param version of the model; null for the newest one
   * @param timeout of each request, with redirects and retries
   * @throws IllegalArgumentException if the name of the model is invalid
   */
  public ServingClient(
      ServerAddress server, String model, @Nullable String version, Duration timeout) {
    if (!model.matches("[A-Za-z0-9_.-]+")) {
      throw new IllegalArgumentException(
          "model (%s) must consist of letters, digits, _ . and -".formatted(model));
    }
    this.server = server;
    this.model = model;
    this.version = version;
    this.timeout = timeout;
    connection = new ServerConnection(server, timeout);
  }

  /**
   * Takes the address as a URI.
   *
   * @throws IllegalArgumentException if it is not the address of a server
   */
  public ServingClient(URI server, String model, @Nullable String version, Duration timeout) {
    this(ServerAddress.of(server.toString()), model, version, timeout);
  }

  /** Returns a client of the newest version on the server. */
  public ServingClient ofNewest() {
    return new ServingClient(server, model, null, timeout);
  }

  /**
   * Sends a request to the model.
   *
   * @return nested lists of numbers, by the names of the outputs
   * @throws IOException if the server refuses the request or does not answer, with the reason
   */
  public JsonNode predict(ServingRequest request) throws IOException {
    JsonNode outputs = send(versionPath() + ":predict", request.body().toString()).path("outputs");
    if (outputs.isMissingNode()) {
      throw new IOException(
          "server (%s) answered without outputs: it must be TensorFlow Serving".formatted(server));
    }
    if (!outputs.isObject()) { // a signature of one output
      throw new IOException(
          "server (%s) must answer with several outputs, but answered with one: use a model that"
                  .formatted(server)
              + " 'reckoning export' has written");
    }
    return outputs;
  }

  /**
   * Returns the versions of the model on the server, each with its state.
   *
   * @throws IOException if the server does not have the model, or does not answer
   */
  public JsonNode status() throws IOException {
    JsonNode versions = send("", null).path("model_version_status");
    if (!versions.isArray()) {
      throw new IOException(
          "server (%s) must be TensorFlow Serving, but its answer has no 'model_version_status'"
              .formatted(server));
    }
    return versions;
  }

  /**
   * Returns names, types and shapes of inputs and outputs.
   *
   * @throws NotThereException if the server does not have the model, or not this version
   * @throws IOException if the server does not answer
   */
  public JsonNode metadata() throws IOException {
    return send(versionPath() + "/metadata", null).path("metadata");
  }

  /**
   * Checks that the model is available.
   *
   * @throws IOException if the server has not loaded the model in this version, or does not answer
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
        "model '%s' of server (%s) must have version %s AVAILABLE but has %s; use one of these versions, or see its log"
            .formatted(model, server, Objects.requireNonNullElse(version, "any"), known));
  }

  /** Returns whether this version is the highest AVAILABLE one. */
  public boolean isNewest() throws IOException {
    long newest = -1;
    for (JsonNode each : status()) {
      if (each.path("state").asText().equals("AVAILABLE")) {
        newest = Math.max(newest, each.path("version").asLong());
      }
    }
    return version == null || version.equals(Long.toString(newest));
  }

  private String versionPath() {
    return version == null ? "" : "/versions/" + version;
  }

  private JsonNode send(String what, @Nullable String body) throws IOException {
    ServerConnection.Answer answer = connection.send("/v1/models/" + model + what, body);
    JsonNode json = json(answer);
    if (answer.status() != OK) {
      throw problem(answer, json, body);
    }
    if (json == null || !json.isObject()) {
      throw new IOException(
          "server (%s) must be TensorFlow Serving, but answered with no JSON object (status %d): %s"
              .formatted(server, answer.status(), text(answer)));
    }
    return json;
  }

  private static @Nullable JsonNode json(ServerConnection.Answer answer) {
    try {
      return ServerJson.ANSWERS.readTree(answer.body());
    } catch (IOException e) { // such as the page of a gateway
      return null;
    }
  }

  /** Returns the beginning of an answer that is not JSON, without tags. */
  private String text(ServerConnection.Answer answer) {
    int most = Math.min(answer.body().length, SHOWN * SHOWN);
    String start = new String(answer.body(), 0, most, StandardCharsets.UTF_8);
    return shown(start.replaceAll("<[^<>]*>", " "));
  }

  private String shown(String text) {
    return server.hideSecrets(ServerJson.shortened(text, SHOWN));
  }

  private IOException problem(
      ServerConnection.Answer answer, @Nullable JsonNode json, @Nullable String body) {
    int status = answer.status();
    String reason =
        json != null && json.path("error").isTextual()
            ? shown(sentence(json.path("error").asText()))
            : text(answer);
    String because = reason.isEmpty() ? "" : ": " + reason;
    return switch (status) {
      case UNAUTHORIZED -> new IOException(unauthorized(answer));
      case FORBIDDEN ->
          new IOException(
              "server (%s) forbids the request (status 403)%s; ask for access to it"
                  .formatted(server, because));
      case NOT_FOUND ->
          new NotThereException(
              "model '%s' is not on server (%s)%s".formatted(model, server, because));
      case PROXY_UNAUTHORIZED ->
          new IOException(
              "a proxy before server (%s) requires a user and a password (status 407): bypass the proxy"
                  .formatted(server));
      case TOO_LARGE ->
          new IOException(
              "server (%s) must accept a request of %d characters but does not (status 413)%s; give fewer or shorter facts, or raise its limit"
                  .formatted(server, body == null ? 0 : body.length(), because));
      case TOO_MANY, UNAVAILABLE ->
          new IOException(
              "server (%s) is busy or not ready (status %d)%s; try again later"
                  .formatted(server, status, because));
      default -> new IOException(other(status, because));
    };
  }

  private String unauthorized(ServerConnection.Answer answer) {
    if (!server.isOriginOf(answer.from())) {
      return "server (%s) redirects to %s://%s, which requires a user and a password (status 401): give that address"
          .formatted(server, answer.from().getProtocol(), answer.from().getAuthority());
    }
    return server.authorization() == null
        ? "server (%s) requires a user and a password (status 401): give them as in http://USER:PASSWORD@HOST:8501"
            .formatted(server)
        : "server (%s) refuses the user and the password of its address (status 401): correct them"
            .formatted(server);
  }

  private String other(int status, String because) {
    if (status < BAD_REQUEST) {
      return "server (%s) must be TensorFlow Serving, but answered with status %d%s"
          .formatted(server, status, because);
    }
    return status < SERVER_ERROR
        ? "server (%s) refused the request (status %d)%s".formatted(server, status, because)
        : "server (%s) failed (status %d)%s; see its log".formatted(server, status, because);
  }

  /** Returns the message of a check in the graph, without the place in the graph. */
  private static String sentence(String reason) {
    return reason.lines().findFirst().orElse("").replaceFirst("^assertion failed: ", "");
  }
}
