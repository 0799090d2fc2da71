package org.reckoning.trainer.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a tree of values with the components of {@link RunConfig} and collects all problems;
 * Jackson stops at the first.
 */
final class TreeCheck {
  /** Placeholder of a value that the user must set. */
  private static final String MANDATORY = "???";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Longest value in a message. */
  private static final int MOST_SHOWN = 200;

  private static final Map<String, Requirement> KEYS = allKeys();

  private final Map<String, String> origins;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> wrong = new LinkedHashSet<>();
  private final ObjectNode usable;

  TreeCheck(ObjectNode tree, Map<String, String> origins) {
    this.origins = origins;
    usable = checked(tree, RunConfig.class, "");
  }

  /** Returns the problems, in the order of the keys. */
  List<String> problems() {
    return problems;
  }

  /** Returns the keys with wrong values. */
  Set<String> wrong() {
    return wrong;
  }

  /** Returns a tree that binds; wrong values are replaced. */
  ObjectNode usable() {
    return usable;
  }

  /** Returns what every key that has a value requires, in the order of the keys. */
  static Map<String, Requirement> keys() {
    return KEYS;
  }

  private static Map<String, Requirement> allKeys() {
    Map<String, Requirement> keys = new LinkedHashMap<>();
    addKeys(RunConfig.class, "", keys);
    return Collections.unmodifiableMap(keys);
  }

  private static void addKeys(Class<?> type, String prefix, Map<String, Requirement> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + snakeCase(component.getName());
      if (component.getType().isRecord()) {
        addKeys(component.getType(), key + ".", keys);
      } else {
        keys.put(key, new Requirement(component));
      }
    }
  }

  private static String snakeCase(String name) {
    return Objects.requireNonNull(new SnakeCaseStrategy().translate(name));
  }

  private ObjectNode checked(ObjectNode tree, Class<?> type, String prefix) {
    ObjectNode result = NODES.objectNode();
    Set<String> unknown = new LinkedHashSet<>();
    tree.fieldNames().forEachRemaining(unknown::add);
    for (RecordComponent component : type.getRecordComponents()) {
      String name = snakeCase(component.getName());
      String key = prefix + name;
      unknown.remove(name);
      JsonNode value = tree.get(name);
      if (component.getType().isRecord()) {
        result.set(name, group(key, value, component.getType()));
      } else {
        result.set(name, leaf(key, value, new Requirement(component)));
      }
    }
    for (String name : unknown) {
      problems.add(unknownKey(prefix + name));
    }
    return result;
  }

  private ObjectNode group(String key, @Nullable JsonNode value, Class<?> type) {
    if (value instanceof ObjectNode below) {
      return checked(below, type, key + ".");
    }
    problems.add(
        value == null
            ? missing(key)
            : "%s (%s) must have nested keys%s".formatted(key, text(value), setIn(key)));
    ObjectNode standIns = NODES.objectNode();
    for (RecordComponent component : type.getRecordComponents()) {
      String name = snakeCase(component.getName());
      wrong.add(key + "." + name);
      standIns.set(name, new Requirement(component).standIn());
    }
    return standIns;
  }

  private static String missing(String key) {
    return "%s is missing; configs/default has every key".formatted(key);
  }

  private String unknownKey(String key) {
    String origin = origins.get(key);
    String hint =
        KEYS.containsKey(key) // in a file, where dots do not nest
            ? "; write it as nested keys, such as %s"
                .formatted(key.replaceFirst("\\.(.*)", ": {$1: VALUE}"))
            : KeyHint.of(key);
    return "%s is not a known key%s%s"
        .formatted(key, origin == null ? "" : " (" + origin + ")", hint);
  }

  private JsonNode leaf(String key, @Nullable JsonNode value, Requirement requirement) {
    JsonNode usableValue = value == null ? null : requirement.usable(value);
    if (value == null) {
      problems.add(missing(key));
    } else if (value.isTextual() && value.textValue().equals(MANDATORY)) {
      problems.add("%s must be set: %s=VALUE%s".formatted(key, key, demandedIn(key)));
      usableValue = null;
    } else if (usableValue == null) {
      problems.add(
          "%s (%s) must be %s%s%s"
              .formatted(
                  key,
                  text(value),
                  requirement.against(value),
                  setIn(key),
                  requirement.hint(value)));
    }
    if (usableValue == null) {
      wrong.add(key);
      return requirement.standIn();
    }
    return usableValue;
  }

  private String setIn(String key) {
    String origin = origins.get(key);
    return origin == null ? "" : " (" + origin + ")";
  }

  private String demandedIn(String key) {
    String origin = origins.get(key);
    return origin == null ? "" : " (" + origin + " leaves it unset)";
  }

  private static String text(JsonNode value) {
    String text = value.isContainerNode() ? value.toString() : value.asText();
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }
}
