package org.reckoning.trainer.serving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.Json;
import org.tensorflow.Signature.TensorDescription;

/**
 * Small HTTP server for one version of an exported model, for tests and trials without TensorFlow
 * Serving. It has the part of Serving's REST API that {@link ServingClient} uses: predict with
 * {@code inputs}, status and metadata. It listens on the loopback address only, and has no batching
 * and no warm-up.
 */
public final class ModelServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int TOO_LARGE = 413;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;
  private static final Pattern PATH =
      Pattern.compile("/v1/models/([^/:]+)(?:/versions/([^/:]+))?(|/metadata|:predict)");

  /** The largest number of requests that are computed at once. */
  private static final int COMPUTED_AT_ONCE = 8;

  /** Bytes that are skipped of a body that is too large: some clients read an answer only then. */
  private static final int SKIPPED = 1 << 26;

  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final String version;
  private final Limits limits;
  private final ServedModel model;
  private final HttpServer http;
  private final ServingThreads threads;
  private final Semaphore computing = new Semaphore(COMPUTED_AT_ONCE, true);

  /** Requests without an answer yet, and the server itself. */
  private final Phaser open = new Phaser(1);

  /** Limits of a request; smaller in tests. */
  record Limits(int bodyBytes, Duration patience) {}

  /** An answer with its status. */
  private record Answer(int status, ObjectNode body) {
    static Answer error(int status, String sentence) {
      return new Answer(status, Json.PLAIN.createObjectNode().put("error", sentence));
    }
  }

  private ModelServer(String name, Path version, int port, Limits limits) throws IOException {
    this.name = name;
    this.version = version.getFileName().toString();
    this.limits = limits;
    model = ServedModel.load(version);
    threads = new ServingThreads(limits.patience());
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      threads.close();
      model.close();
      throw new IOException(
          "port %d must be free but is not (%s): choose another one"
              .formatted(port, e.getMessage()),
          e);
    }
    http.setExecutor(threads);
    http.createContext("/", this::handle);
  }

  /**
   * Serves a version of a model.
   *
   * @param name of the model
   * @param version directory, whose name is the number of the version
   * @param port to listen on; 0 for a free one
   * @throws IOException if the model cannot be loaded, or the port is in use
   */
  public static ModelServer start(String name, Path version, int port) throws IOException {
    return start(name, version, port, new Limits(1 << 24, Duration.ofSeconds(30)));
  }

  static ModelServer start(String name, Path version, int port, Limits limits) throws IOException {
    ModelServer server = new ModelServer(name, version, port, limits);
    server.http.start();
    return server;
  }

  /** Returns the address of the server. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Body body = Body.of(exchange.getRequestBody(), limits.bodyBytes());
      threads.stopWaiting();
      if (open.register() < 0) {
        return; // the server is closed
      }
      try {
        send(exchange, answer(exchange, body));
      } finally {
        open.arriveAndDeregister();
      }
    }
  }

  private void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] bytes = answer.body().toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    threads.startWaiting();
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /**
   * Body of a request.
   *
   * @param text within the limits
   * @param problem the answer to an invalid body; null for a valid one
   */
  private record Body(String text, @Nullable Answer problem) {
    static Body of(InputStream in, int most) {
      try {
        byte[] bytes = in.readNBytes(most + 1);
        if (bytes.length <= most) {
          return new Body(new String(bytes, StandardCharsets.UTF_8), null);
        }
        for (long skipped = 0, now = 1; now > 0 && skipped < SKIPPED; skipped += now) {
          now = in.readNBytes(bytes, 0, bytes.length);
        }
        return new Body(
            "", Answer.error(TOO_LARGE, "body must be at most %d bytes".formatted(most)));
      } catch (IOException e) {
        return new Body("", Answer.error(BAD_REQUEST, "body must be as long as its headers say"));
      }
    }
  }

  private Answer answer(HttpExchange exchange, Body body) {
    String path = Objects.requireNonNullElse(exchange.getRequestURI().getPath(), "");
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      return Answer.error(
          NOT_FOUND,
          "path (%s) must be /v1/models/%s, then optionally /versions/%s, then /metadata, :predict or nothing"
              .formatted(ServerJson.shortened(path), name, version));
    }
    if (!name.equals(parts.group(1))
        || !version.equals(Objects.requireNonNullElse(parts.group(2), version))) {
      return Answer.error(
          NOT_FOUND,
          "model (%s) must be version %s of '%s', the only one served"
              .formatted(ServerJson.shortened(path), version, name));
    }
    boolean asks = parts.group(3).equals(":predict");
    String method = asks ? "POST" : "GET";
    if (!method.equals(exchange.getRequestMethod())) {
      exchange.getResponseHeaders().set("Allow", method);
      return Answer.error(
          NOT_ALLOWED,
          "method (%s) of this path must be %s"
              .formatted(ServerJson.shortened(exchange.getRequestMethod()), method));
    }
    if (body.problem() != null) {
      return body.problem();
    }
    if (asks) {
      return predict(body.text());
    }
    return new Answer(OK, parts.group(3).isEmpty() ? status() : metadata());
  }

  private Answer predict(String body) {
    try {
      computing.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.error(UNAVAILABLE, "the server is stopping; try again later");
    }
    try {
      ObjectNode outputs = model.predict(ServingRequest.read(body));
      ObjectNode answer = Json.PLAIN.createObjectNode();
      answer.set("outputs", outputs.size() == 1 ? outputs.elements().next() : outputs);
      return new Answer(OK, answer);
    } catch (IllegalArgumentException | IOException e) {
      return Answer.error(BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (RuntimeException | OutOfMemoryError e) { // the server continues with the next request
      return Answer.error(FAILED, "the server could not compute this request; make it smaller");
    } finally {
      computing.release();
    }
  }

  private ObjectNode status() {
    ObjectNode root = Json.PLAIN.createObjectNode();
    ObjectNode only = root.putArray("model_version_status").addObject();
    only.put("version", version).put("state", "AVAILABLE");
    only.putObject("status").put("error_code", "OK").put("error_message", "");
    return root;
  }

  private ObjectNode metadata() {
    ObjectNode root = Json.PLAIN.createObjectNode();
    root.putObject("model_spec").put("name", name).put("version", version);
    ObjectNode signatures =
        root.putObject("metadata").putObject("signature_def").putObject("signature_def");
    model
        .signatures()
        .forEach(
            (key, signature) -> {
              ObjectNode one = signatures.putObject(key);
              describe(one.putObject("inputs"), signature.getInputs());
              describe(one.putObject("outputs"), signature.getOutputs());
              one.put("method_name", signature.methodName());
            });
    return root;
  }

  private static void describe(ObjectNode into, Map<String, TensorDescription> tensors) {
    tensors.forEach(
        (name, tensor) -> {
          ObjectNode one = into.putObject(name);
          one.put("dtype", tensor.dataType.name()).put("name", tensor.name);
          ObjectNode shape = one.putObject("tensor_shape");
          shape.put("unknown_rank", tensor.shape.isUnknown());
          var sizes = shape.putArray("dim");
          for (int axis = 0; axis < tensor.shape.numDimensions(); axis++) {
            sizes.addObject().put("size", Long.toString(tensor.shape.get(axis))).put("name", "");
          }
        });
  }

  /** Answers open requests for up to ten seconds, and stops. */
  @Override
  public void close() {
    boolean idle = false;
    try {
      int phase = open.arriveAndDeregister();
      open.awaitAdvanceInterruptibly(phase, GRACE.toMillis(), TimeUnit.MILLISECONDS);
      idle = true;
    } catch (TimeoutException e) {
      idle = computing.tryAcquire(COMPUTED_AT_ONCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.stop(0);
    threads.close();
    if (idle) { // TensorFlow must not compute with freed weights
      model.close();
    }
  }
}
