package org.reckoning.trainer.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.tensorflow.Signature.TensorDescription;

/**
 * Speaks as much of TensorFlow Serving's REST API as {@link ServingClient} uses: predict with
 * {@code inputs}, status and metadata, over a real socket of this machine alone. TensorFlow Java
 * computes what it answers. For tests and trials, where TensorFlow Serving is not at hand: no
 * batching, no warm-up, one version.
 */
public final class ServingServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_BODY = 1 << 24;
  private static final int THREADS = 8;

  private final String name;
  private final String version;
  private final ServedModel model;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  /** An answer and its status. */
  private record Answer(int status, ObjectNode body) {}

  private ServingServer(String name, Path version, int port) throws IOException {
    this.name = name;
    this.version = version.getFileName().toString();
    model = ServedModel.load(version);
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      model.close();
      throw new IOException(
          "port %d cannot be listened at (%s): name another one".formatted(port, e.getMessage()),
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
   * @param port to listen at; 0 for a free one
   * @throws IOException if the model cannot be loaded, or the port is taken
   */
  public static ServingServer start(String name, Path version, int port) throws IOException {
    ServingServer server = new ServingServer(name, version, port);
    server.http.start();
    return server;
  }

  /** Returns where it is asked. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    Answer answer;
    try (exchange) {
      try {
        answer = answer(exchange);
      } catch (IllegalArgumentException | IOException e) {
        answer = new Answer(400, JSON.createObjectNode().put("error", e.getMessage()));
      }
      byte[] bytes = answer.body().toString().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String known = "/v1/models/" + name;
    if (!path.startsWith(known)) {
      return new Answer(
          404,
          JSON.createObjectNode().put("error", "Could not find any versions of model for " + path));
    }
    String what = path.substring(known.length());
    String versioned = "/versions/" + version;
    if (what.startsWith("/versions/") && !what.startsWith(versioned)) {
      return new Answer(
          404,
          JSON.createObjectNode().put("error", "Servable not found for request: Specific" + path));
    }
    return switch (exchange.getRequestMethod() + what.replaceFirst("^" + versioned, "")) {
      case "GET" -> new Answer(200, status());
      case "GET/metadata" -> new Answer(200, metadata());
      case "POST:predict" -> {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY);
        ObjectNode outputs =
            model.predict(ServingRequest.read(new String(body, StandardCharsets.UTF_8)));
        ObjectNode answer = JSON.createObjectNode();
        answer.set("outputs", outputs.size() == 1 ? outputs.elements().next() : outputs);
        yield new Answer(200, answer);
      }
      default ->
          new Answer(404, JSON.createObjectNode().put("error", "Malformed request: " + path));
    };
  }

  private ObjectNode status() {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode only = root.putArray("model_version_status").addObject();
    only.put("version", version).put("state", "AVAILABLE");
    only.putObject("status").put("error_code", "OK").put("error_message", "");
    return root;
  }

  private ObjectNode metadata() {
    ObjectNode root = JSON.createObjectNode();
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
          shape.put("unknown_rank", false);
          var sizes = shape.putArray("dim");
          for (long size : tensor.shape.asArray()) {
            sizes.addObject().put("size", Long.toString(size)).put("name", "");
          }
        });
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
    model.close();
  }
}
