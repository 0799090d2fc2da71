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
 * @param kind what it does
 * @param target a group, or the path of a file; from the top of the directory
 * @param options the chosen files of a group; none for {@code null}
 */
record DefaultsEntry(Kind kind, String target, List<String> options) {

  /** What an entry does. */
  enum Kind {
    /** The place of the file's own keys. */
    SELF,
    /** Takes one file. */
    FILE,
    /** Takes files of a group, which can be chosen anew. */
    GROUP,
    /** The same, and says nothing if there is no such file. */
    OPTIONAL,
    /** Chooses anew for a group that another file takes. */
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

  /** Returns the options of a value: text, a list of texts, or null; null if it is none of them. */
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
