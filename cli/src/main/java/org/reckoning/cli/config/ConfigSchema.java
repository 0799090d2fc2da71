package org.reckoning.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.Json;

/**
 * The JSON schema (draft 7) of configuration files. It has the type, bounds, default and
 * documentation of every key. A file is a whole configuration, one of the groups {@code model} and
 * {@code data}, or a study.
 */
final class ConfigSchema {
  /** Groups whose files have their keys at the top. */
  private static final List<String> GROUPS = List.of("model", "data");

  private static final String DEFAULTS = "defaults";
  private static final String PROPERTIES = "properties";
  private static final String RUN = "run";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Map<String, String> docs;
  private final ObjectNode values;
  private final ObjectNode definitions;

  private ConfigSchema(Configurations configurations) {
    docs =
        KeyDoc.of(configurations.files()).stream()
            .collect(Collectors.toMap(KeyDoc::key, KeyDoc::text));
    values = configurations.compose(List.of()).written();
    definitions = parts();
  }

  /** Returns the schema as indented text. */
  static String of(Configurations configurations) {
    try {
      return Json.PLAIN
              .writer(
                  new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
              .writeValueAsString(new ConfigSchema(configurations).schema())
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree must be writable", e);
    }
  }

  private ObjectNode schema() {
    ObjectNode schema = NODES.objectNode();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("$comment", "made by: ./reckoning config --schema > configs/schema.json");
    schema.put("title", "configuration of reckoning");
    ArrayNode files = schema.putArray("anyOf").add(reference(RUN));
    GROUPS.forEach(group -> files.add(reference(group)));
    files.add(reference("study"));
    addRun();
    schema.set("definitions", definitions);
    return schema;
  }

  private void addRun() {
    ObjectNode run = addMap(RUN);
    GROUPS.forEach(this::addMap);
    for (String key : RunConfig.keys()) {
      int dot = key.indexOf('.');
      ObjectNode map = dot < 0 ? run : (ObjectNode) definitions.get(key.substring(0, dot));
      map.withObjectProperty(PROPERTIES).set(key.substring(dot + 1), key(key));
    }
    GROUPS.forEach(group -> run.withObjectProperty(PROPERTIES).set(group, reference(group)));
  }

  /** Adds the schema of a file or group, with its defaults list and no key yet. */
  private ObjectNode addMap(String name) {
    ObjectNode map = definitions.putObject(name).put("type", "object");
    map.put("additionalProperties", false);
    map.putObject(PROPERTIES).set(DEFAULTS, reference(DEFAULTS));
    return map;
  }

  private ObjectNode key(String key) {
    ObjectNode schema = NODES.objectNode();
    schema.put("description", docs.getOrDefault(key, ""));
    JsonNode value = ConfigTree.get(values, key);
    schema.set("default", value == null ? NODES.nullNode() : value);
    schema.setAll(RunConfig.schemaOf(key, reference("reference")));
    return schema;
  }

  private static ObjectNode reference(String definition) {
    return NODES.objectNode().put("$ref", "#/definitions/" + definition);
  }

  /** Returns the definitions that do not depend on the keys. */
  private static ObjectNode parts() {
    try (InputStream in = ConfigSchema.class.getResourceAsStream("schema-parts.json")) {
      return (ObjectNode) Json.STRICT.readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
