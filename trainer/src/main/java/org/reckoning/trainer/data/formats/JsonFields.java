package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reckoning.trainer.files.Json;

/** Reads the fields of JSON objects strictly. */
final class JsonFields {
  private JsonFields() {}

  /** Parses a line as an object. */
  static JsonNode object(String line) throws BadLineException {
    JsonNode node;
    try {
      node = Json.STRICT.readTree(line);
    } catch (JsonProcessingException e) {
      throw new BadLineException("the line must be a JSON object: " + explain(e));
    }
    if (!node.isObject()) {
      throw new BadLineException("the line must be a JSON object but is %s".formatted(quote(line)));
    }
    return node;
  }

  /** Returns a strict parser of the elements of an array. */
  static JsonParser parser(InputStream in) throws IOException {
    return Json.STRICT_ELEMENTS.createParser(in);
  }

  /** Returns the problem that the parser found, on one line. */
  static String explain(JsonProcessingException e) {
    String where =
        e.getLocation() == null ? "" : " at column %d".formatted(e.getLocation().getColumnNr());
    String what = Json.reason(e);
    return what.startsWith("Invalid UTF-8")
        ? "the text must be UTF-8; save the file in that encoding"
        : quote(what) + where;
  }

  /** Returns the value of a required key. */
  static JsonNode required(JsonNode object, String key) throws BadLineException {
    JsonNode value = object.get(key);
    if (value != null && value.isNull()) {
      throw new BadLineException("key '%s' must not be null".formatted(key));
    }
    if (value == null) {
      throw new BadLineException(
          "key '%s' is missing; the keys are %s"
              .formatted(key, quote(String.join(", ", names(object)))));
    }
    return value;
  }

  /** Returns the text of a required key. */
  static String text(JsonNode object, String key) throws BadLineException {
    return text(key, required(object, key));
  }

  /** Returns a text, which must not be blank. */
  static String text(String what, JsonNode value) throws BadLineException {
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw new BadLineException(
          "%s (%s) must be a non-blank text".formatted(what, quote(value.toString())));
    }
    String text = value.textValue().strip();
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new BadLineException(
          "%s (%s) must be text but has an unpaired surrogate, such as \\ud83d alone"
              .formatted(what, quote(text)));
    }
    return text;
  }

  /** Returns the elements of a required array. */
  static List<JsonNode> elements(JsonNode object, String key) throws BadLineException {
    JsonNode value = required(object, key);
    if (!value.isArray()) {
      throw new BadLineException(
          "%s (%s) must be an array".formatted(key, quote(value.toString())));
    }
    List<JsonNode> elements = new ArrayList<>();
    value.forEach(elements::add);
    return elements;
  }

  /** Returns the members of a required object, which must not be empty. */
  static Set<Map.Entry<String, JsonNode>> members(JsonNode object, String key)
      throws BadLineException {
    JsonNode value = required(object, key);
    if (!value.isObject() || value.isEmpty()) {
      throw new BadLineException(
          "%s (%s) must be a non-empty object".formatted(key, quote(value.toString())));
    }
    return value.properties();
  }

  /** Returns a required integer, from 0 on. */
  static int count(JsonNode object, String key) throws BadLineException {
    JsonNode value = required(object, key);
    if (!value.isInt() || value.intValue() < 0) {
      throw new BadLineException(
          "%s (%s) must be an integer from 0 to %s"
              .formatted(key, quote(value.toString()), Integer.MAX_VALUE));
    }
    return value.intValue();
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
