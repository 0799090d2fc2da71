package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.YamlDocument;

/**
 * A word of the command line that changes a configuration.
 *
 * @param kind what it does
 * @param key a key with dots, or a group
 * @param value the new value; null for a word without one
 */
record OverrideWord(Kind kind, String key, @Nullable JsonNode value) {

  /** What an override does. */
  enum Kind {
    /** {@code key=value}: changes a key that there is. */
    CHANGE,
    /** {@code +key=value}: adds a key that there is not. */
    ADD,
    /** {@code ++key=value}: either. */
    FORCE,
    /** {@code ~key}: removes a key. */
    REMOVE
  }

  private static final Pattern WORD =
      Pattern.compile("(\\+\\+|\\+|~|)([^+~=\\s][^=\\s]*)(?:=(.*))?", Pattern.DOTALL);

  /**
   * Reads a word.
   *
   * @throws ConfigException if it is no override
   */
  static OverrideWord of(String word) {
    Matcher matcher = WORD.matcher(word);
    boolean matches = matcher.matches();
    String text = matches ? matcher.group(3) : null;
    if (!matches || (text == null && !word.startsWith("~"))) {
      throw new ConfigException(
          List.of("'%s' must be key=value, +key=value, ++key=value or ~key".formatted(word)));
    }
    String key = matcher.group(2);
    Kind kind =
        switch (matcher.group(1)) {
          case "+" -> Kind.ADD;
          case "++" -> Kind.FORCE;
          case "~" -> Kind.REMOVE;
          default -> Kind.CHANGE;
        };
    return new OverrideWord(kind, key, text == null ? null : value(key, text));
  }

  private static JsonNode value(String key, String text) {
    if (Sweep.isList(text)) {
      throw new ConfigException(
          List.of(
              "%s (%s) must be one value: %s=[%s] is a list, quotes make it a text, and -m runs each"
                  .formatted(key, text, key, text)));
    }
    if (text.isEmpty()) {
      return TextNode.valueOf("");
    }
    return YamlDocument.value(text, "value '%s' of %s".formatted(text, key));
  }
}
