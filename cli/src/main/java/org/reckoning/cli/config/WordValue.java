package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.KeyType;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;

/**
 * Parses the value of an override by the type of its key. A value of a text key is taken literally,
 * except for surrounding quotes and {@code null}: {@code #}, {@code 1e3} and {@code !x} stay as
 * typed. Other values are YAML.
 */
final class WordValue {
  private static final int MOST_SHOWN = 80;

  private WordValue() {}

  /**
   * Parses the value of a key.
   *
   * @throws ConfigException if it starts like a YAML list or map but is none
   */
  static JsonNode of(String key, String typed) {
    KeyType type = RunConfig.typeOf(key);
    if (type.text()) {
      return type.list() && isBracketed(typed.strip()) ? list(typed.strip()) : text(typed);
    }
    String stripped = typed.strip();
    String part = typed.length() <= MOST_SHOWN ? typed : typed.substring(0, MOST_SHOWN) + "...";
    String shown = "value '%s' of %s".formatted(part, key);
    if (stripped.startsWith("[") || stripped.startsWith("{")) {
      return YamlDocument.value(typed, shown, key, below -> RunConfig.typeOf(below).text());
    }
    JsonNode scalar = YamlDocument.scalar(typed, shown);
    return scalar == null ? text(typed) : scalar;
  }

  /** Returns the chosen files of a group: one name, several in brackets, or none for null. */
  static List<String> options(String typed) {
    List<String> options = new ArrayList<>();
    JsonNode value = isBracketed(typed.strip()) ? list(typed.strip()) : text(typed);
    if (value.isArray()) {
      value.forEach(each -> options.add(each.asText()));
    } else if (!value.isNull()) {
      options.add(value.textValue());
    }
    return options;
  }

  private static JsonNode text(String typed) {
    if (typed.equals("null")) {
      return NullNode.getInstance();
    }
    return TextNode.valueOf(Objects.requireNonNullElse(unquoted(typed), typed));
  }

  private static boolean isBracketed(String text) {
    return text.startsWith("[") && text.endsWith("]") && text.length() > 1;
  }

  private static ArrayNode list(String brackets) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    List<String> elements = Sweep.split(brackets.substring(1, brackets.length() - 1));
    for (int i = 0; i < elements.size(); i++) {
      String element = elements.get(i).strip();
      if (!element.isEmpty() || i < elements.size() - 1) { // a trailing comma is allowed
        list.add(text(element));
      }
    }
    return list;
  }

  /** Returns the text inside surrounding quotes; null without them. */
  private static @Nullable String unquoted(String text) {
    char quote = text.isEmpty() ? ' ' : text.charAt(0);
    int last = text.length() - 1;
    if ((quote != '\'' && quote != '"') || last < 1 || text.charAt(last) != quote) {
      return null;
    }
    try {
      JsonNode value = YamlDocument.value(text, "text");
      if (value.isTextual()) {
        return value.textValue();
      }
    } catch (ConfigException e) {
      // invalid YAML, such as a backslash in "C:\dir"
    }
    String inside = text.substring(1, last);
    return inside.indexOf(quote) < 0 ? inside : null;
  }
}
