package org.reckoning.trainer.serving;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.trainer.files.Json;

/**
 * Body of a predict request, in either form of TensorFlow Serving.
 *
 * <pre>{@code
 * columns   {"signature_name": s, "inputs": {"a": [1, 2], "b": [3, 4]}}     -> {"outputs": ..}
 * rows      {"signature_name": s, "instances": [{"a": 1, "b": 3}, {"a": 2, "b": 4}]} -> {"predictions": ..}
 * }</pre>
 *
 * <p>A single input needs no name: {@code {"instances": [1, 2]}}. A single output has none. Of
 * rows, every output must have as many values as there are rows.
 */
public final class PredictBody {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String SIGNATURE = "signature_name";
  private static final String INPUTS = "inputs";
  private static final String ROWS = "instances";

  private final String signature;
  private final JsonNode given;
  private final boolean isRows;

  private PredictBody(String signature, JsonNode given, boolean isRows) {
    this.signature = signature;
    this.given = given;
    this.isRows = isRows;
  }

  /**
   * Reads a body. The signature is optional.
   *
   * @throws IOException with one sentence if the body is not JSON, has no inputs, or has other keys
   */
  public static PredictBody read(String body) throws IOException {
    if (!(json(body) instanceof ObjectNode root)
        || root.has(INPUTS) == root.has(ROWS)
        || root.path(INPUTS).isNull()) {
      throw new IOException(
          "body must be an object with an object 'inputs', or a list 'instances', but is: "
              + ServerJson.shortened(body));
    }
    JsonNode signature = root.path(SIGNATURE);
    if (!(signature.isMissingNode() || signature.isTextual())) {
      throw new IOException(
          "'%s' must be a text but is %s"
              .formatted(SIGNATURE, ServerJson.shortened(signature.toString())));
    }
    String given = root.has(ROWS) ? ROWS : INPUTS;
    for (String key : (Iterable<String>) root::fieldNames) {
      if (!List.of(given, SIGNATURE).contains(key)) {
        throw new IOException(
            "body must have only '%s' and '%s', but has '%s'"
                .formatted(SIGNATURE, given, ServerJson.shortened(key)));
      }
    }
    JsonNode value = root.path(given);
    if (given.equals(ROWS) && !(value.isArray() && value.size() > 0)) {
      throw new IOException(
          "'instances' must be a list with at least one row but is %s"
              .formatted(ServerJson.shortened(value.toString())));
    }
    return new PredictBody(signature.asText(ServingProgram.ANSWER), value, given.equals(ROWS));
  }

  private static JsonNode json(String body) throws IOException {
    try {
      return ServerJson.REQUESTS.readTree(body);
    } catch (StreamConstraintsException e) {
      throw new IOException("body must be within the limits of JSON: " + Json.reason(e), e);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : ", line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
      throw new IOException(
          "body must be one JSON object without repeated keys but is not%s".formatted(where), e);
    }
  }

  /** Returns the name of the signature. */
  public String signature() {
    return signature;
  }

  /**
   * Returns the request, in columns.
   *
   * @param only the name of the input, if the signature has a single one; else null
   * @throws IOException with one sentence if the rows do not have the same inputs
   */
  public ServingRequest request(@Nullable String only) throws IOException {
    if (isRows) {
      return new ServingRequest(signature, columns((ArrayNode) given, only));
    }
    if (given instanceof ObjectNode inputs) {
      return new ServingRequest(signature, inputs);
    }
    if (only != null) {
      return new ServingRequest(signature, NODES.objectNode().set(only, given));
    }
    throw new IOException(
        "'inputs' must be an object with a value for each input but is %s"
            .formatted(ServerJson.shortened(given.toString())));
  }

  private static ObjectNode columns(ArrayNode rows, @Nullable String only) throws IOException {
    Map<String, ArrayNode> columns = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = rows.get(i);
      if (!(row instanceof ObjectNode) && only == null) {
        throw new IOException(
            "each of 'instances' must be an object with a value for each input, but there is %s"
                .formatted(ServerJson.shortened(row.toString())));
      }
      ObjectNode values =
          row instanceof ObjectNode named ? named : NODES.objectNode().set(only, row);
      for (var value : values.properties()) {
        columns.computeIfAbsent(value.getKey(), name -> NODES.arrayNode()).add(value.getValue());
      }
      for (var column : columns.entrySet()) {
        if (column.getValue().size() != i + 1) {
          throw new IOException(
              "each of 'instances' must have the same inputs, but '%s' is not in all of them"
                  .formatted(ServerJson.shortened(column.getKey())));
        }
      }
    }
    return NODES.objectNode().setAll(columns);
  }

  /**
   * Returns the body of the answer.
   *
   * @param outputs nested lists by name
   * @throws IOException with one sentence if rows were given, and an output does not have one value
   *     for each of them
   */
  public ObjectNode answer(ObjectNode outputs) throws IOException {
    JsonNode unnamed = outputs.size() == 1 ? outputs.elements().next() : outputs;
    if (!isRows) {
      return NODES.objectNode().set("outputs", unnamed);
    }
    ArrayNode rows = NODES.arrayNode();
    for (var output : outputs.properties()) {
      if (!output.getValue().isArray() || output.getValue().size() != given.size()) {
        throw new IOException(
            "output '%s' does not have one value for each of the %d 'instances'; ask with 'inputs' instead"
                .formatted(output.getKey(), given.size()));
      }
    }
    for (int i = 0; i < given.size(); i++) {
      ObjectNode row = NODES.objectNode();
      for (var output : outputs.properties()) {
        row.set(output.getKey(), output.getValue().path(i));
      }
      rows.add(row.size() == 1 ? row.elements().next() : row);
    }
    return NODES.objectNode().set("predictions", rows);
  }
}
