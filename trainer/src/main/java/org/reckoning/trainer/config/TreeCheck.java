package org.reckoning.trainer.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.RunConfig.KeyType;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.NearestName;

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

  private static final Set<String> WORDS_FOR_NOTHING = Set.of("none", "nil", "nan", "na");

  private static final Map<String, KeyType> KEYS = allKeys();

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

  /** Returns the type of every key that has a value. */
  static Map<String, KeyType> keys() {
    return KEYS;
  }

  private static Map<String, KeyType> allKeys() {
    Map<String, KeyType> keys = new LinkedHashMap<>();
    addKeys(RunConfig.class, "", keys);
    return Collections.unmodifiableMap(keys);
  }

  private static void addKeys(Class<?> type, String prefix, Map<String, KeyType> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + snakeCase(component.getName());
      if (component.getType().isRecord()) {
        addKeys(component.getType(), key + ".", keys);
      } else {
        keys.put(key, new Requirement(component).keyType());
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
        if (value != null && !value.isObject()) {
          problems.add("%s (%s) must have nested keys%s".formatted(key, text(value), setIn(key)));
        }
        result.set(
            name,
            checked(
                value instanceof ObjectNode below ? below : NODES.objectNode(),
                component.getType(),
                key + "."));
      } else {
        result.set(name, leaf(key, value, new Requirement(component)));
      }
    }
    for (String name : unknown) {
      problems.add(unknownKey(prefix + name));
    }
    return result;
  }

  private String unknownKey(String key) {
    String origin = origins.get(key);
    return "%s is not a known key%s%s"
        .formatted(key, origin == null ? "" : " (" + origin + ")", KeyHint.of(key));
  }

  private JsonNode leaf(String key, @Nullable JsonNode value, Requirement requirement) {
    JsonNode usableValue = value == null ? null : requirement.usable(value);
    if (value == null) {
      problems.add("%s is missing; configs/default has every key".formatted(key));
    } else if (value.isTextual() && value.textValue().equals(MANDATORY)) {
      problems.add("%s must be set: %s=VALUE%s".formatted(key, key, demandedIn(key)));
      usableValue = null;
    } else if (usableValue == null) {
      problems.add(
          "%s (%s) must be %s%s%s"
              .formatted(key, text(value), requirement, setIn(key), requirement.hint(text(value))));
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

  /** The requirements of a component for its value. */
  private static final class Requirement {
    private final Type type;
    private final boolean nullable;
    private final @Nullable Range range;

    Requirement(RecordComponent component) {
      type = component.getGenericType();
      nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      range = component.getAnnotation(Range.class);
    }

    /** Returns the value in a form that binds; null if it is wrong. */
    @Nullable JsonNode usable(JsonNode value) {
      if (value.isNull()) {
        return nullable ? value : null;
      }
      Class<?> element = listElement();
      if (element == null) {
        return scalar(value, (Class<?>) type);
      }
      if (!value.isArray()) {
        return null;
      }
      ArrayNode list = NODES.arrayNode();
      for (JsonNode each : value) {
        JsonNode scalar = scalar(each, element);
        if (scalar == null) {
          return null;
        }
        list.add(scalar);
      }
      return list;
    }

    KeyType keyType() {
      Class<?> element = listElement();
      Class<?> wanted = element == null ? (Class<?>) type : element;
      return new KeyType(wanted == String.class || wanted.isEnum(), element != null);
    }

    private @Nullable Class<?> listElement() {
      return type instanceof ParameterizedType list
          ? (Class<?>) list.getActualTypeArguments()[0]
          : null;
    }

    private @Nullable JsonNode scalar(JsonNode value, Class<?> wanted) {
      if (wanted == String.class) {
        return value.isValueNode() && !value.isNull() && isWhole(value.asText())
            ? NODES.textNode(value.asText())
            : null;
      }
      if (wanted == boolean.class) {
        return value.isBoolean() ? value : null;
      }
      if (wanted.isEnum()) {
        return value.isTextual() && constants(wanted).contains(value.textValue()) ? value : null;
      }
      if (wanted == double.class || wanted == Double.class) {
        return value.isNumber() ? inRange(value) : null;
      }
      boolean fits = wanted == long.class ? value.canConvertToLong() : value.canConvertToInt();
      return value.isIntegralNumber() && fits ? inRange(value) : null;
    }

    /** Returns whether a file can hold a text: no NUL and no unpaired surrogate. */
    private static boolean isWhole(String text) {
      return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private @Nullable JsonNode inRange(JsonNode number) {
      double x = number.doubleValue();
      boolean inside =
          Double.isFinite(x)
              && (range == null
                  || (x >= range.atLeast()
                      && x <= range.atMost()
                      && x < range.below()
                      && x > range.above()));
      return inside ? number : null;
    }

    /** Returns a neutral value that binds. */
    JsonNode standIn() {
      if (nullable) {
        return NODES.nullNode();
      }
      if (listElement() != null) {
        return NODES.arrayNode();
      }
      Class<?> wanted = (Class<?>) type;
      if (wanted == String.class) {
        return NODES.textNode("");
      }
      if (wanted == boolean.class) {
        return NODES.booleanNode(false);
      }
      return wanted.isEnum() ? NODES.textNode(constants(wanted).get(0)) : NODES.numberNode(0);
    }

    private static List<String> constants(Class<?> wanted) {
      return Arrays.stream(wanted.getEnumConstants())
          .map(each -> EnumWord.of((Enum<?>) each))
          .toList();
    }

    /**
     * Returns "; did you mean X?" for a misspelt constant or a Python word, otherwise an empty
     * text.
     */
    String hint(String given) {
      if (nullable && WORDS_FOR_NOTHING.contains(given.toLowerCase(Locale.ROOT))) {
        return "; did you mean null?";
      }
      Class<?> element = listElement();
      Class<?> wanted = element == null ? (Class<?>) type : element;
      return wanted.isEnum()
          ? NearestName.hint(given.toLowerCase(Locale.ROOT), constants(wanted))
          : "";
    }

    @Override
    public String toString() {
      Class<?> element = listElement();
      String what =
          element == null ? kind((Class<?>) type) + bounds() : "a list in brackets, each element ";
      if (element != null) {
        what += kind(element) + bounds();
      }
      return what + (nullable ? ", or null" : "");
    }

    private static String kind(Class<?> wanted) {
      if (wanted.isEnum()) {
        return "one of " + String.join(", ", constants(wanted));
      }
      if (wanted == String.class) {
        return "text";
      }
      if (wanted == boolean.class) {
        return "true or false";
      }
      return wanted == double.class || wanted == Double.class ? "a number" : "a whole number";
    }

    private String bounds() {
      if (range == null) {
        return "";
      }
      List<String> bounds = new ArrayList<>();
      bound("of at least ", range.atLeast(), bounds);
      bound("above ", range.above(), bounds);
      bound("at most ", range.atMost(), bounds);
      bound("below ", range.below(), bounds);
      return bounds.isEmpty() ? "" : " " + String.join(" and ", bounds);
    }

    private static void bound(String words, double bound, List<String> bounds) {
      if (Double.isFinite(bound)) {
        bounds.add(words + BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString());
      }
    }
  }
}
