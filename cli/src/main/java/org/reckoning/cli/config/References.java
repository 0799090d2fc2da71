package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;

/**
 * Resolves references {@code ${key}} and {@code ${oc.env:NAME,DEFAULT}}. A value that is only a
 * reference keeps the type of its target.
 */
final class References {
  private static final String MANDATORY = "???";
  private static final String ENVIRONMENT = "oc.env:";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final String START = "${";

  private static final int MOST_DEPTH = 20;
  private static final int MOST_SHOWN = 80;
  private static final int MOST_CHARACTERS = 1_000_000;

  /** Limit of values, far above any configuration: references could multiply without end. */
  private static final int MOST_VALUES = 100_000;

  private final ObjectNode tree;
  private final Function<String, @Nullable String> environment;
  private final List<String> problems = new ArrayList<>();
  private int values;

  References(ObjectNode tree, Function<String, @Nullable String> environment) {
    this.tree = tree;
    this.environment = environment;
  }

  /** Returns a copy with resolved references; {@link #problems} lists the others. */
  ObjectNode resolve() {
    return (ObjectNode) resolved(tree, List.of(""));
  }

  /** Returns the problems, a sentence each. */
  List<String> problems() {
    return problems.stream().distinct().toList();
  }

  /**
   * Returns a node with resolved references.
   *
   * @param via the chain of keys to this node, its own last
   */
  private JsonNode resolved(JsonNode node, List<String> via) {
    values++;
    if (values > MOST_VALUES) {
      if (values == MOST_VALUES + 1) {
        problems.add(
            "%s has references that multiply to more than %d values; remove some"
                .formatted(via.get(0), MOST_VALUES));
      }
      return node;
    }
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
    int start = text.indexOf(START);
    if (start < 0) {
      return node;
    }
    boolean alone = start == 0 && end(text, 0) == text.length() - 1;
    JsonNode value = alone ? value(text, via, 0) : filled(text, via, 0);
    return value == null ? node : value;
  }

  /** Returns a text with resolved references; null if one is unresolvable. */
  private @Nullable TextNode filled(String text, List<String> via, int depth) {
    StringBuilder result = new StringBuilder();
    int from = 0;
    for (int start = text.indexOf(START); start >= 0; start = text.indexOf(START, from)) {
      int end = end(text, start);
      if (end < 0) {
        break;
      }
      String reference = text.substring(start, end + 1);
      JsonNode value = value(reference, via, depth + 1);
      if (value == null) {
        return null;
      }
      if (value.isContainerNode()) {
        problem(via, reference, "must be a single value inside a text");
        return null;
      }
      result.append(text, from, start).append(value.asText());
      from = end + 1;
      if (result.length() > MOST_CHARACTERS) {
        problem(via, reference, "makes a text of more than a million characters; shorten it");
        return null;
      }
    }
    return NODES.textNode(result.append(text, from, text.length()).toString());
  }

  /** Returns the end of the reference that starts here; -1 if it is not closed. */
  private static int end(String text, int start) {
    int open = 0;
    for (int i = start + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (open == 0) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Returns the value of a reference. Returns null after a problem, or if the target must still be
   * set; binding reports the latter.
   *
   * @param depth number of enclosing references
   */
  private @Nullable JsonNode value(String reference, List<String> via, int depth) {
    if (depth > MOST_DEPTH) {
      problem(via, shortened(reference), "must have fewer nested references");
      return null;
    }
    String inside = reference.substring(START.length(), reference.length() - 1);
    if (inside.strip().startsWith(ENVIRONMENT)) {
      return variable(inside.strip().substring(ENVIRONMENT.length()), reference, via, depth);
    }
    TextNode filled = filled(inside, via, depth);
    return filled == null ? null : lookUp(filled.textValue().strip(), shortened(reference), via);
  }

  private @Nullable JsonNode lookUp(String name, String reference, List<String> via) {
    if (name.isEmpty() || name.startsWith(".") || name.contains(":")) {
      problem(via, reference, "must be ${key} or ${oc.env:NAME}");
      return null;
    }
    if (via.stream().anyMatch(key -> key.equals(name) || key.startsWith(name + "."))) {
      problem(
          via,
          reference,
          "must not form a cycle: %s -> %s".formatted(String.join(" -> ", via), name));
      return null;
    }
    JsonNode value = ConfigTree.get(tree, name);
    if (value == null) {
      problem(via, reference, "must name an existing key" + RunConfig.hint(name));
      return null;
    }
    List<String> path = new ArrayList<>(via);
    path.add(name);
    JsonNode result = resolved(value, path);
    return result.isTextual() && result.textValue().equals(MANDATORY) ? null : result;
  }

  private @Nullable JsonNode variable(String text, String reference, List<String> via, int depth) {
    int comma = text.indexOf(',');
    TextNode name = filled(comma < 0 ? text : text.substring(0, comma), via, depth);
    if (name == null) {
      return null;
    }
    String value = environment.apply(name.textValue().strip());
    if (value != null) {
      return typed(value, via, depth);
    }
    if (comma < 0) {
      problem(
          via,
          shortened(reference),
          "must name a set environment variable; ${oc.env:%s,DEFAULT} gives a default"
              .formatted(name.textValue().strip()));
      return null;
    }
    TextNode otherwise = filled(text.substring(comma + 1).strip(), via, depth);
    return otherwise == null ? null : typed(otherwise.textValue(), via, depth);
  }

  /**
   * Returns the value of a variable as text; as a number or boolean where it is the whole value of
   * a key that is no text.
   */
  private static JsonNode typed(String value, List<String> via, int depth) {
    if (depth > 0 || RunConfig.typeOf(via.get(via.size() - 1)).text()) {
      return NODES.textNode(value);
    }
    try {
      JsonNode node = YamlDocument.scalar(value, value);
      return node != null && (node.isNumber() || node.isBoolean()) ? node : NODES.textNode(value);
    } catch (ConfigException e) {
      return NODES.textNode(value);
    }
  }

  private static String shortened(String reference) {
    return reference.length() <= MOST_SHOWN ? reference : reference.substring(0, MOST_SHOWN) + "..";
  }

  private void problem(List<String> via, String reference, String what) {
    problems.add("%s (%s) %s".formatted(via.get(via.size() - 1), reference, what));
  }
}
