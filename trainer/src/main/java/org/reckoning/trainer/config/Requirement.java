package org.reckoning.trainer.config;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.NearestName;

/** What a key requires of its value: the type of its component, and its bounds. */
final class Requirement {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final Set<String> WORDS_FOR_NOTHING = Set.of("none", "nil", "nan", "na");

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

  /** Returns the properties of the type that decide how a value is parsed. */
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
    if (isReal(wanted)) {
      return value.isNumber() ? inRange(value) : null;
    }
    return value.isIntegralNumber() && fits(value, wanted) ? inRange(value) : null;
  }

  private static boolean fits(JsonNode whole, Class<?> wanted) {
    return wanted == long.class ? whole.canConvertToLong() : whole.canConvertToInt();
  }

  private static boolean isReal(Class<?> wanted) {
    return wanted == double.class || wanted == Double.class;
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
   * Returns "; did you mean X?" for a misspelt constant or a Python word, otherwise an empty text.
   */
  String hint(JsonNode wrong) {
    if (nullable && WORDS_FOR_NOTHING.contains(wrong.asText().toLowerCase(Locale.ROOT))) {
      return "; did you mean null?";
    }
    Class<?> element = listElement();
    Class<?> wanted = element == null ? (Class<?>) type : element;
    if (!wanted.isEnum()) {
      return "";
    }
    return elements(wrong)
        .valueStream()
        .filter(each -> scalar(each, wanted) == null)
        .findFirst()
        .map(each -> NearestName.hint(each.asText().toLowerCase(Locale.ROOT), constants(wanted)))
        .orElse("");
  }

  private static ArrayNode elements(JsonNode value) {
    return value instanceof ArrayNode list ? list : NODES.arrayNode().add(value);
  }

  /**
   * Returns the JSON schema of a value that is written in a file. A text may be written as a number
   * or a truth value.
   *
   * @param reference schema of a value to find elsewhere, as {@code ${data.data_dir}}; it is
   *     allowed for every value and element
   */
  ObjectNode schema(ObjectNode reference) {
    Class<?> element = listElement();
    ArrayNode choices = NODES.arrayNode();
    if (element == null) {
      choices.add(scalarSchema((Class<?>) type));
    } else {
      ObjectNode list = choices.addObject().put("type", "array");
      list.putObject("items").putArray("anyOf").add(scalarSchema(element)).add(reference);
    }
    if (nullable) {
      choices.addObject().put("type", "null");
    }
    choices.add(reference);
    return NODES.objectNode().set("anyOf", choices);
  }

  private ObjectNode scalarSchema(Class<?> wanted) {
    ObjectNode schema = NODES.objectNode();
    if (wanted.isEnum()) {
      constants(wanted).forEach(schema.putArray("enum")::add);
    } else if (wanted == String.class) {
      schema.putArray("type").add("string").add("number").add("boolean");
    } else if (wanted == boolean.class) {
      schema.put("type", "boolean");
    } else {
      schema.put("type", isReal(wanted) ? "number" : "integer");
      if (range != null) {
        putBound(schema, "minimum", range.atLeast());
        putBound(schema, "exclusiveMinimum", range.above());
        putBound(schema, "maximum", range.atMost());
        putBound(schema, "exclusiveMaximum", range.below());
      }
    }
    return schema;
  }

  private static void putBound(ObjectNode schema, String keyword, double bound) {
    if (Double.isFinite(bound)) {
      schema.put(
          keyword, new BigDecimal(BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString()));
    }
  }

  /**
   * Returns the requirement for a message.
   *
   * @param wrong a value that does not meet it; the limit of the type is named if it is beyond that
   */
  String against(JsonNode wrong) {
    Class<?> element = listElement();
    Class<?> wanted = element == null ? (Class<?>) type : element;
    boolean isBeyond = elements(wrong).valueStream().anyMatch(each -> isBeyond(each, wanted));
    return (element == null ? "" : "a list in brackets, each element ")
        + kind(wanted, isBeyond)
        + bounds(wanted, isBeyond)
        + (nullable ? ", or null" : "");
  }

  private static boolean isWhole(Class<?> wanted) {
    return wanted == long.class || wanted == int.class || wanted == Integer.class;
  }

  private static boolean isBeyond(JsonNode number, Class<?> wanted) {
    if (isReal(wanted)) {
      return number.isNumber() && !Double.isFinite(number.doubleValue());
    }
    return isWhole(wanted) && number.isIntegralNumber() && !fits(number, wanted);
  }

  private static String kind(Class<?> wanted, boolean isBeyond) {
    if (wanted.isEnum()) {
      return "one of " + String.join(", ", constants(wanted));
    }
    if (wanted == String.class) {
      return "text";
    }
    if (wanted == boolean.class) {
      return "true or false";
    }
    return !isReal(wanted) ? "a whole number" : isBeyond ? "a finite number" : "a number";
  }

  private String bounds(Class<?> wanted, boolean isBeyond) {
    List<String> bounds = new ArrayList<>();
    if (range != null) {
      bound("of at least ", range.atLeast(), bounds);
      bound("above ", range.above(), bounds);
      bound("at most ", range.atMost(), bounds);
      bound("below ", range.below(), bounds);
    }
    if (isBeyond && isWhole(wanted)) {
      if (range == null) {
        bounds.add("of at least " + (wanted == long.class ? Long.MIN_VALUE : Integer.MIN_VALUE));
      }
      if (range == null || Double.isInfinite(range.atMost())) {
        bounds.add("at most " + (wanted == long.class ? Long.MAX_VALUE : Integer.MAX_VALUE));
      }
    }
    return bounds.isEmpty() ? "" : " " + String.join(" and ", bounds);
  }

  private static void bound(String words, double bound, List<String> bounds) {
    if (Double.isFinite(bound)) {
      bounds.add(words + BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString());
    }
  }
}
