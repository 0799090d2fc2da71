package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;

/**
 * An entry of a defaults list.
 *
 * @param kind effect of the entry
 * @param target a group or the path of a file, from the top directory
 * @param options chosen files of a group; none for {@code null}
 */
record DefaultsEntry(Kind kind, String target, List<String> options) {

  /** Effects of entries. */
  enum Kind {
    /** Marks the position of the file's own keys. */
    SELF,
    /** Adds one file. */
    FILE,
    /** Adds files of a group; the choice can be overridden. */
    GROUP,
    /** Adds files of a group; ignores missing files. */
    OPTIONAL,
    /** Overrides the choice for a group that another file adds. */
    OVERRIDE
  }

  static DefaultsEntry self() {
    return new DefaultsEntry(Kind.SELF, "", List.of());
  }

  boolean isSelf() {
    return kind == Kind.SELF;
  }

  /**
   * Reads {@code _self_}, {@code file}, {@code group: option} or {@code override /group: option}.
   */
  static DefaultsEntry of(JsonNode entry, String group, String shown) {
    if (entry.isTextual()) {
      String text = entry.textValue();
      return text.equals("_self_")
          ? self()
          : new DefaultsEntry(Kind.FILE, absolute(text, group), List.of());
    }
    if (!entry.isObject() || entry.size() != 1) {
      throw unusable(entry, shown);
    }
    Map.Entry<String, JsonNode> field = entry.properties().iterator().next();
    String[] words = field.getKey().strip().split("\\s+", -1);
    String name = words[words.length - 1];
    Kind kind =
        switch (words.length == 1 ? "" : words[0]) {
          case "" -> Kind.GROUP;
          case "override" -> Kind.OVERRIDE;
          case "optional" -> Kind.OPTIONAL;
          default -> throw unusable(entry, shown);
        };
    if (words.length > 2 || name.contains("@")) {
      throw unusable(entry, shown);
    }
    List<String> options = options(field.getValue());
    if (options == null) {
      throw unusable(entry, shown);
    }
    return new DefaultsEntry(kind, absolute(name, group), options);
  }

  /** Returns the options in a value: a text, a list of texts or null; null if it is invalid. */
  static @Nullable List<String> options(JsonNode value) {
    if (value.isNull()) {
      return List.of();
    }
    if (value.isContainerNode() && !value.isArray()) {
      return null;
    }
    List<String> options = new ArrayList<>();
    for (JsonNode each : value.isArray() ? value : List.of(value)) {
      if (!each.isValueNode() || each.isNull()) {
        return null;
      }
      options.add(each.asText());
    }
    return List.copyOf(options);
  }

  private static String absolute(String name, String group) {
    if (name.startsWith("/")) {
      return name.substring(1);
    }
    return group.isEmpty() ? name : group + "/" + name;
  }

  private static ConfigException unusable(JsonNode entry, String shown) {
    return new ConfigException(
        List.of(
            "entry %s of the defaults of %s must be _self_, a file, 'group: option' or"
                    .formatted(entry, shown)
                + " 'override /group: option'"));
  }
}
