package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.KeyHint;
import org.reckoning.trainer.config.YamlDocument;

/**
 * Puts values in place of {@code ${key}} and {@code ${oc.env:NAME,DEFAULT}}. A value that is one
 * reference alone keeps its type.
 */
final class References {
  private static final String MANDATORY = "???";
  private static final String ENVIRONMENT = "oc.env:";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The innermost ones, that have no other inside. */
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^${}]*)}");

  /** More in one value are no text but a circle. */
  private static final int MOST = 100;

  private final ObjectNode tree;
  private final Function<String, @Nullable String> environment;
  private final List<String> problems = new ArrayList<>();

  References(ObjectNode tree, Function<String, @Nullable String> environment) {
    this.tree = tree;
    this.environment = environment;
  }

  /** Returns a copy without references, but for those that are in {@link #problems}. */
  ObjectNode resolve() {
    return (ObjectNode) resolved(tree, List.of(""));
  }

  /** Returns what is wrong, one sentence each. */
  List<String> problems() {
    return problems.stream().distinct().toList();
  }

  /**
   * @param via the keys that led here, the one to be resolved at the end
   */
  private JsonNode resolved(JsonNode node, List<String> via) {
    if (node instanceof ObjectNode object) {
      ObjectNode result = NODES.objectNode();
      String key = via.get(via.size() - 1);
      object
          .properties()
          .forEach(
              field -> {
                List<String> path = new ArrayList<>(via);
                path.set(
                    via.size() - 1, key.isEmpty() ? field.getKey() : key + "." + field.getKey());
                result.set(field.getKey(), resolved(field.getValue(), path));
              });
      return result;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode result = NODES.arrayNode();
      array.forEach(each -> result.add(resolved(each, via)));
      return result;
    }
    return node.isTextual() ? text(node, via) : node;
  }

  private JsonNode text(JsonNode node, List<String> via) {
    String text = node.textValue();
    Matcher matcher = REFERENCE.matcher(text);
    for (int i = 0; i < MOST && matcher.find(); i++) {
      JsonNode value = lookUp(matcher.group(1).strip(), matcher.group(), via);
      if (value == null) {
        return node;
      }
      if (matcher.group().equals(text)) {
        return value;
      }
      if (value.isContainerNode()) {
        problem(via, matcher.group(), "must be one value to stand inside a text");
        return node;
      }
      text = text.substring(0, matcher.start()) + value.asText() + text.substring(matcher.end());
      matcher = REFERENCE.matcher(text);
    }
    return NODES.textNode(text);
  }

  /** Returns the value, null if there is none: that is told, or the key is told to be open. */
  private @Nullable JsonNode lookUp(String name, String reference, List<String> via) {
    if (name.startsWith(ENVIRONMENT)) {
      return variable(name.substring(ENVIRONMENT.length()), reference, via);
    }
    if (name.isEmpty() || name.startsWith(".") || name.contains(":")) {
      problem(via, reference, "must be ${key} or ${oc.env:NAME}");
      return null;
    }
    if (via.contains(name)) {
      problem(
          via, reference, "must not lead back: %s -> %s".formatted(String.join(" -> ", via), name));
      return null;
    }
    JsonNode value = ConfigTree.get(tree, name);
    if (value == null) {
      problem(via, reference, "must name a key that there is" + KeyHint.of(name));
      return null;
    }
    List<String> path = new ArrayList<>(via);
    path.add(name);
    JsonNode result = resolved(value, path);
    return result.isTextual() && result.textValue().equals(MANDATORY) ? null : result;
  }

  private @Nullable JsonNode variable(String text, String reference, List<String> via) {
    int comma = text.indexOf(',');
    String name = (comma < 0 ? text : text.substring(0, comma)).strip();
    String value = environment.apply(name);
    if (value == null && comma >= 0) {
      value = text.substring(comma + 1).strip();
    }
    if (value == null) {
      problem(
          via,
          reference,
          "must name an environment variable that is set; ${oc.env:%s,DEFAULT} gives a default"
              .formatted(name));
      return null;
    }
    return scalar(value);
  }

  /** A variable is text; what reads as a number or a truth value is one. */
  private static JsonNode scalar(String value) {
    try {
      JsonNode node = YamlDocument.value(value, value);
      return node.isNumber() || node.isBoolean() ? node : NODES.textNode(value);
    } catch (ConfigException e) {
      return NODES.textNode(value);
    }
  }

  private void problem(List<String> via, String reference, String what) {
    problems.add("%s (%s) %s".formatted(via.get(via.size() - 1), reference, what));
  }
}
