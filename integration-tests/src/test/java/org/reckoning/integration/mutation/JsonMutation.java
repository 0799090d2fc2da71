package org.reckoning.integration.mutation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/** Mutates JSON and keeps it valid: other types, missing, added and repeated keys. */
final class JsonMutation {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Placeholder for a value that a tree cannot hold, or for a repeated key. */
  private static final String MARK = "mutation mark";

  private JsonMutation() {}

  /** Returns a mutated text; empty if neither the text nor one of its lines is JSON. */
  static Optional<String> of(String text, SplittableRandom random) {
    Optional<String> changed = changed(text, random);
    if (changed.isPresent()) {
      return changed;
    }
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    int at = random.nextInt(lines.size());
    return changed(lines.get(at), random)
        .map(
            line -> {
              lines.set(at, line);
              return String.join("\n", lines);
            });
  }

  private static Optional<String> changed(String text, SplittableRandom random) {
    JsonNode root;
    try {
      root = text.startsWith("{") || text.startsWith("[") ? JSON.readTree(text) : null;
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    if (root == null) {
      return Optional.empty();
    }
    List<JsonNode> containers = new ArrayList<>();
    collect(root, containers);
    JsonNode parent = Mutation.pick(containers, random);
    String odd = Mutation.pick(Mutation.ODD_VALUES, random);
    String json;
    if (parent instanceof ObjectNode object) {
      json = change(root, object, odd, random);
    } else {
      ArrayNode array = (ArrayNode) parent;
      int at = random.nextInt(array.size() + 1);
      switch (random.nextInt(3)) {
        case 0 -> array.insert(at, MARK);
        case 1 -> array.remove(at);
        default -> {
          array.remove(at);
          array.insert(Math.min(at, array.size()), MARK);
        }
      }
      json = root.toString().replace('"' + MARK + '"', odd);
    }
    return Optional.of(json);
  }

  private static String change(
      JsonNode root, ObjectNode object, String odd, SplittableRandom random) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    String key = keys.isEmpty() ? "key" : Mutation.pick(keys, random);
    switch (random.nextInt(6)) {
      case 0 -> object.remove(key);
      case 1 -> object.put("unknown", 1);
      case 2 -> {
        object.put(MARK, 1); // the same key again
        return root.toString().replace(MARK, key);
      }
      case 3 -> {
        JsonNode value = object.remove(key);
        if (value != null) {
          object.set(key.toUpperCase(Locale.ROOT), value);
        }
      }
      default -> object.put(key, MARK);
    }
    return root.toString().replace('"' + MARK + '"', odd);
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
      node.forEach(each -> collect(each, containers));
    }
  }
}
