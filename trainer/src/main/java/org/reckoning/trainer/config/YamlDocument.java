package org.reckoning.trainer.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.files.TextFile;

/**
 * A YAML file as a tree with line numbers. It is stricter than YAML: repeated keys, aliases and
 * octal numbers are refused, and {@code yes}, {@code no}, {@code on}, {@code off} are text.
 *
 * @param root the values
 * @param origins the place of each key: {@code configs/run.yaml, line 7}
 * @param lines the line of each key, from 1
 */
public record YamlDocument(
    ObjectNode root, Map<String, String> origins, Map<String, Integer> lines) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Texts that every YAML reader takes as text without quotes. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");

  private static final String OWN_TAGS = "tag:yaml.org,2002:";

  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .build();

  private static final YAMLMapper WRITER =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .stringQuotingChecker(
                      new StringQuotingChecker.Default() {
                        private static final long serialVersionUID = 1;

                        @Override
                        public boolean needToQuoteValue(String value) {
                          return !PLAIN.matcher(value).matches() || super.needToQuoteValue(value);
                        }
                      })
                  .build())
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  /**
   * Reads a file.
   *
   * @param shown name of the source, for messages
   * @param isText whether a key takes text; such a value is taken literally: {@code 1e3} is not a
   *     number
   * @throws ConfigException if the file is not YAML in UTF-8, or has no keys
   * @throws IOException if the file cannot be read
   */
  public static YamlDocument read(Path file, String shown, Predicate<String> isText)
      throws IOException {
    try {
      return of(TextFile.read(file), shown, isText);
    } catch (TextFile.NotTextException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
  }

  /**
   * Parses a text.
   *
   * @param shown name of the source, for messages
   * @param isText whether a key takes text
   * @throws ConfigException if the text is not YAML, or has no keys
   */
  public static YamlDocument of(String yaml, String shown, Predicate<String> isText) {
    Reader reader = new Reader(shown, isText);
    JsonNode root = reader.read(yaml, "");
    if (root.isNull()) { // comments alone
      root = NODES.objectNode();
    }
    if (!(root instanceof ObjectNode object)) {
      throw new ConfigException(List.of("%s must have keys at the top level".formatted(shown)));
    }
    return new YamlDocument(object, reader.origins, reader.lines);
  }

  /**
   * Parses a single value.
   *
   * @param shown description of the text, for messages
   * @throws ConfigException if it is not YAML
   */
  public static JsonNode value(String yaml, String shown) {
    return value(yaml, shown, "", key -> false);
  }

  /**
   * Parses the value of a key.
   *
   * @param shown description of the text, for messages
   * @param isText whether a key takes text
   * @throws ConfigException if it is not YAML
   */
  public static JsonNode value(String yaml, String shown, String key, Predicate<String> isText) {
    return new Reader(shown, isText).read(yaml, key);
  }

  /**
   * Parses an unquoted text as a number, truth value, null or text. Returns null if the text is
   * quoted, has a comment or is not a YAML scalar.
   *
   * @param shown description of the text, for messages
   * @throws ConfigException if the text is a number of a refused form
   */
  public static @Nullable JsonNode scalar(String text, String shown) {
    try (YAMLParser in = YAML.createParser(text)) {
      JsonToken token = in.nextToken();
      if (token == null
          || !token.isScalarValue()
          || in.isCurrentAlias()
          || in.getObjectId() != null
          || in.getTypeId() != null
          || !text.strip().equals(in.getText())
          || in.nextToken() != null) {
        return null;
      }
    } catch (IOException e) { // not YAML
      return null;
    }
    return value(text, shown);
  }

  /** Writes texts as a YAML list, quoted so that they are read back unchanged. */
  public static String write(List<String> texts) {
    ArrayNode list = NODES.arrayNode();
    texts.forEach(list::add);
    return write(list);
  }

  /** Writes a tree as YAML. */
  public static String write(JsonNode tree) {
    try {
      return WRITER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Turns the events of one document into a tree. */
  private static final class Reader {
    private final String shown;
    private final Predicate<String> isText;
    private final Map<String, String> origins = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();

    Reader(String shown, Predicate<String> isText) {
      this.shown = shown;
      this.isText = isText;
    }

    JsonNode read(String yaml, String key) {
      try (YAMLParser in = YAML.createParser(yaml)) {
        JsonNode root = in.nextToken() == null ? NODES.nullNode() : node(in, key);
        if (in.nextToken() != null) {
          throw problem(in.currentTokenLocation(), "a single document is required");
        }
        return root;
      } catch (JsonProcessingException e) {
        throw problem(e.getLocation(), oneLine(Json.reason(e)));
      } catch (IOException e) {
        throw new UncheckedIOException(e); // text in memory
      }
    }

    private JsonNode node(YAMLParser in, String path) throws IOException {
      JsonToken token = in.currentToken();
      String tag = in.getTypeId();
      if (tag != null && !tag.isEmpty() && !tag.startsWith(OWN_TAGS)) {
        throw problem(
            in.currentTokenLocation(),
            "!%s is a YAML tag, and tags are not supported; put it in quotes".formatted(tag));
      }
      if (token.isScalarValue() && token != JsonToken.VALUE_NULL && isText.test(path)) {
        return text(in);
      }
      return switch (token) {
        case START_OBJECT -> object(in, path);
        case START_ARRAY -> {
          ArrayNode array = NODES.arrayNode();
          while (in.nextToken() != JsonToken.END_ARRAY) {
            array.add(node(in, path));
          }
          yield array;
        }
        case VALUE_NULL -> NODES.nullNode();
        case VALUE_TRUE -> NODES.booleanNode(true);
        case VALUE_FALSE -> NODES.booleanNode(false);
        case VALUE_NUMBER_INT -> integer(in);
        case VALUE_NUMBER_FLOAT -> decimal(in);
        default -> text(in);
      };
    }

    private ObjectNode object(YAMLParser in, String path) throws IOException {
      ObjectNode object = NODES.objectNode();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        String key = path.isEmpty() ? name : path + "." + name;
        int line = in.currentTokenLocation().getLineNr();
        origins.put(key, shown + ", line " + line);
        lines.put(key, line);
        in.nextToken();
        object.set(name, node(in, key));
      }
      return object;
    }

    private JsonNode integer(YAMLParser in) throws IOException {
      String text = in.getText();
      if (text.matches("[-+]?0[0-9_]+")) {
        throw problem(
            in.currentTokenLocation(),
            "%s is an octal number in YAML; remove the leading zeros, or put it in quotes"
                .formatted(text));
      }
      Number number = in.getNumberValue();
      if (number instanceof Integer small) {
        return NODES.numberNode(small);
      }
      return number instanceof Long large
          ? NODES.numberNode(large)
          : NODES.numberNode(in.getBigIntegerValue());
    }

    private JsonNode decimal(YAMLParser in) throws IOException {
      String text = in.getText();
      if (text.matches("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)")) {
        throw problem(in.currentTokenLocation(), text + " must be a finite number");
      }
      return NODES.numberNode(in.getDoubleValue());
    }

    private JsonNode text(YAMLParser in) throws IOException {
      if (in.isCurrentAlias()) {
        throw problem(
            in.currentTokenLocation(),
            "*%s is a YAML alias, and aliases are not supported; put it in quotes"
                .formatted(in.getText()));
      }
      return NODES.textNode(in.getText());
    }

    private ConfigException problem(@Nullable JsonLocation location, String what) {
      String line =
          location != null && shown.endsWith(".yaml") ? ", line " + location.getLineNr() : "";
      return new ConfigException(List.of("%s%s: %s".formatted(shown, line, what)));
    }

    /** Removes the indented excerpt of the file from the parser's message. */
    private static String oneLine(String message) {
      return message
          .lines()
          .filter(line -> !line.startsWith(" "))
          .collect(Collectors.joining(", "));
    }
  }
}
