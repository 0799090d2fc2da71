package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;

/**
 * An override: a word of the command line that changes a configuration.
 *
 * @param kind effect of the override
 * @param key a dotted key or a group
 * @param text the new value as typed; null without one
 */
record OverrideWord(Kind kind, String key, @Nullable String text) {

  /** Effects of overrides. */
  enum Kind {
    /** {@code key=value}: changes an existing key. */
    CHANGE,
    /** {@code +key=value}: adds a new key. */
    ADD,
    /** {@code ++key=value}: changes or adds a key. */
    FORCE,
    /** {@code ~key}: removes a key. */
    REMOVE
  }

  /** Limit of dots in a key; no key has as many. */
  private static final int MOST_DOTS = 20;

  private static final Pattern WORD =
      Pattern.compile("(\\+\\+|\\+|~|)([^+~=\\s][^=\\s]*)(?:=(.*))?", Pattern.DOTALL);

  /**
   * Parses a word.
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
    if (key.chars().filter(each -> each == '.').count() > MOST_DOTS) {
      throw new ConfigException(
          List.of(
              "key '%s..' must have at most %d dots".formatted(key.substring(0, 20), MOST_DOTS)));
    }
    if (text != null && Sweep.isList(text)) {
      throw new ConfigException(
          List.of(
              "%s (%s) must be one value: %s=[%s] is a list, quotes make it text, and -m runs each value"
                  .formatted(key, text, key, text)));
    }
    return new OverrideWord(kind, key, text);
  }

  /**
   * Returns the parsed value; null without one.
   *
   * @throws ConfigException if it is invalid YAML
   */
  @Nullable JsonNode value() {
    return text == null ? null : WordValue.of(key, text);
  }
}
