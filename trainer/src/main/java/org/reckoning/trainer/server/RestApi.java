package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.serving.PredictBody;
import org.reckoning.trainer.serving.ServerJson;
import org.tensorflow.exceptions.TFResourceExhaustedException;

/** What a server answers, independent of its sockets. */
final class RestApi {
  /** Stands for the signature of a request to an unknown one. */
  static final String UNKNOWN = "<unknown>";

  private static final Pattern PATH =
      Pattern.compile("/v1/models/([^/:]+)(?:/versions/([^/:]+))?(|/metadata|:predict)");

  private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#]*(?=[/?#]|$)");

  private static final Logger LOG = Logger.getLogger(RestApi.class.getName());

  private final String name;
  private final String version;
  private final Predictor predictor;
  private final Map<String, SignatureShape> signatures;

  /** Answers to GET, by path. */
  private final Map<String, Resource> resources;

  /** What is answered to GET. */
  @FunctionalInterface
  interface Resource {
    HttpAnswer get();
  }

  /**
   * An answer to a predict request.
   *
   * @param signature of the request, {@link #UNKNOWN} if the model does not have it
   */
  record Predicted(String signature, HttpAnswer answer) {}

  /**
   * @param name of the model
   * @param version its number
   * @param resources further paths
   */
  RestApi(String name, String version, Predictor predictor, Map<String, Resource> resources) {
    this.name = name;
    this.version = version;
    this.predictor = predictor;
    signatures = predictor.signatures();
    this.resources = resources;
  }

  /**
   * Answers a request that needs no body.
   *
   * @param target path of the request, or a whole address
   * @return the answer; null for a predict request
   */
  @Nullable HttpAnswer withoutBody(String method, String target) {
    String path;
    try {
      path = new QueryStringDecoder(ABSOLUTE.matcher(target).replaceFirst("")).path();
    } catch (IllegalArgumentException e) {
      return HttpAnswer.error(
          HttpResponseStatus.BAD_REQUEST,
          "path (%s) must have two hexadecimal digits after each %%"
              .formatted(ServerJson.shortened(target)));
    }
    Resource resource = resources.get(path.isEmpty() ? "/" : path);
    if (resource != null) {
      return Objects.requireNonNullElseGet(wrongMethod(method, "GET"), resource::get);
    }
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      return HttpAnswer.error(
          HttpResponseStatus.NOT_FOUND,
          "path (%s) must be /v1/models/%s, then optionally /versions/%s, then /metadata, :predict or nothing; or one of %s"
              .formatted(ServerJson.shortened(path), name, version, resources.keySet()));
    }
    if (!name.equals(parts.group(1))
        || !version.equals(Objects.requireNonNullElse(parts.group(2), version))) {
      return HttpAnswer.error(
          HttpResponseStatus.NOT_FOUND,
          "model (%s) must be version %s of '%s', the only one served"
              .formatted(ServerJson.shortened(path), version, name));
    }
    boolean asks = parts.group(3).equals(":predict");
    HttpAnswer wrong = wrongMethod(method, asks ? "POST" : "GET");
    if (asks || wrong != null) {
      return wrong;
    }
    return HttpAnswer.json((parts.group(3).isEmpty() ? status() : metadata()).toString());
  }

  private static @Nullable HttpAnswer wrongMethod(String method, String wanted) {
    if (method.equals(wanted) || (method.equals("HEAD") && wanted.equals("GET"))) {
      return null;
    }
    return HttpAnswer.error(
            HttpResponseStatus.METHOD_NOT_ALLOWED,
            "method (%s) of this path must be %s".formatted(ServerJson.shortened(method), wanted))
        .with("Allow", wanted);
  }

  /** Answers a predict request. */
  Predicted predict(byte[] bytes) {
    String signature = UNKNOWN;
    try {
      PredictBody body = PredictBody.read(text(bytes));
      SignatureShape shape = signatures.get(body.signature());
      if (shape == null) {
        throw new IOException(
            "signature '%s' is not in the model; known: %s"
                .formatted(ServerJson.shortened(body.signature()), signatures.keySet()));
      }
      signature = body.signature();
      String only = shape.inputs().size() == 1 ? shape.inputs().keySet().iterator().next() : null;
      ObjectNode outputs = predictor.predict(body.request(only));
      return new Predicted(signature, HttpAnswer.json(body.answer(outputs).toString()));
    } catch (RefusedException e) {
      return new Predicted(signature, e.answer());
    } catch (IllegalArgumentException | IOException e) {
      return new Predicted(
          signature,
          HttpAnswer.error(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
    } catch (RuntimeException | Error e) { // the server continues with the next request
      return new Predicted(signature, failure(signature, e));
    }
  }

  /**
   * Logs a failure of the server, and returns its answer.
   *
   * @param signature of the request, or a word in angle brackets
   */
  static HttpAnswer failure(String signature, Throwable problem) {
    LOG.log(Level.SEVERE, "a request to '%s' failed".formatted(signature), problem);
    boolean lacksMemory =
        problem instanceof OutOfMemoryError || problem instanceof TFResourceExhaustedException;
    return HttpAnswer.error(
        HttpResponseStatus.INTERNAL_SERVER_ERROR,
        lacksMemory
            ? "the server lacks memory for this request; make it smaller"
            : "the server could not compute this request; see its log");
  }

  private static String text(byte[] bytes) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("body must be text in UTF-8", e);
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
    ObjectNode described =
        root.putObject("metadata").putObject("signature_def").putObject("signature_def");
    signatures.forEach((key, signature) -> described.set(key, signature.json()));
    return root;
  }
}
