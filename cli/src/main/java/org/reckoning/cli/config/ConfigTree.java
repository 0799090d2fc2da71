package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values by dotted key, each with its origin. Maps are merged, other values replaced. */
final class ConfigTree {
  private final ObjectNode root;
  private final Map<String, String> origins = new LinkedHashMap<>();

  ConfigTree() {
    this(JsonNodeFactory.instance.objectNode());
  }

  /** Creates a view that changes an existing tree. */
  ConfigTree(ObjectNode root) {
    this.root = root;
  }

  ObjectNode root() {
    return root;
  }

  /** Returns file and line of each key whose value comes from a file. */
  Map<String, String> origins() {
    return origins;
  }

  /** Merges the content of a file. */
  void merge(ConfigFile file) {
    String prefix = file.prefix();
    merge(prefix.isEmpty() ? root : objectAt(prefix), file.content());
    file.origins()
        .forEach((key, origin) -> origins.put(prefix.isEmpty() ? key : prefix + "." + key, origin));
  }

  /** Returns the value of a key; null if missing. */
  @Nullable JsonNode get(String key) {
    return get(root, key);
  }

  /** Returns the value of a key; null if missing. */
  static @Nullable JsonNode get(JsonNode root, String key) {
    JsonNode node = root;
    for (String name : key.split("\\.", -1)) {
      node = node.get(name);
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  /** Sets a value and creates missing parents. */
  void set(String key, JsonNode value) {
    int dot = key.lastIndexOf('.');
    ObjectNode parent = dot < 0 ? root : objectAt(key.substring(0, dot));
    ObjectNode change = JsonNodeFactory.instance.objectNode();
    change.set(key.substring(dot + 1), value);
    merge(parent, change);
    forget(key);
  }

  /** Removes a key. */
  void remove(String key) {
    int dot = key.lastIndexOf('.');
    (dot < 0 ? root : objectAt(key.substring(0, dot))).remove(key.substring(dot + 1));
    forget(key);
  }

  /** Returns all keys whose value is no map. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    addKeys(root, "", keys);
    return keys;
  }

  private static void addKeys(ObjectNode node, String prefix, Set<String> keys) {
    node.properties()
        .forEach(
            field -> {
              if (field.getValue() instanceof ObjectNode below) {
                addKeys(below, prefix + field.getKey() + ".", keys);
              } else {
                keys.add(prefix + field.getKey());
              }
            });
  }

  private void forget(String key) {
    origins.keySet().removeIf(each -> each.equals(key) || each.startsWith(key + "."));
  }

  private ObjectNode objectAt(String key) {
    ObjectNode node = root;
    for (String name : key.split("\\.", -1)) {
      node =
          node.get(name) instanceof ObjectNode below
              ? below
              : node.putObject(name); // replaces a value, too
    }
    return node;
  }

  private static void merge(ObjectNode target, ObjectNode source) {
    source
        .properties()
        .forEach(
            field -> {
              if (target.get(field.getKey()) instanceof ObjectNode below
                  && field.getValue() instanceof ObjectNode more) {
                merge(below, more);
              } else {
                target.set(field.getKey(), field.getValue().deepCopy());
              }
            });
  }
}
