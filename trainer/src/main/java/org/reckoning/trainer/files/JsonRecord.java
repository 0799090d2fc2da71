package org.reckoning.trainer.files;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads and writes records as JSON files, with components in snake case. Reading refuses unknown
 * and missing keys, values of another type, text after the object, and values that the constructor
 * refuses.
 */
public final class JsonRecord {
  private static final JsonMapper MAPPER =
      Json.STRICT
          .rebuild()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private JsonRecord() {}

  /**
   * Reads a record.
   *
   * @param what the file is, for messages: {@code the state of a checkpoint}
   * @throws IOException with the name of the file and its problem
   */
  public static <T extends Record> T read(Path file, Class<T> type, String what)
      throws IOException {
    return read(file, type, what, older -> {});
  }

  /**
   * Reads a record.
   *
   * @param what the file is, for messages: {@code the state of a checkpoint}
   * @param upgrade adds the keys that files of older versions lack
   * @throws IOException with the name of the file and its problem
   */
  public static <T extends Record> T read(
      Path file, Class<T> type, String what, Consumer<ObjectNode> upgrade) throws IOException {
    String text = TextFile.read(file);
    if (text.isBlank()) {
      throw problem(file, what, "it is empty");
    }
    try {
      if (!(MAPPER.readTree(text) instanceof ObjectNode object)) {
        throw problem(file, what, "it is not a JSON object");
      }
      upgrade.accept(object);
      return MAPPER.treeToValue(object, type);
    } catch (JsonProcessingException e) {
      throw problem(file, what, reason(e));
    }
  }

  /**
   * Returns a record from a tree, with the checks of {@link #read}.
   *
   * @throws IOException with the problem, without the source of the tree
   */
  public static <T extends Record> T of(ObjectNode tree, Class<T> type) throws IOException {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IOException(reason(e), e);
    }
  }

  /**
   * Writes a record; replaces an existing file.
   *
   * @throws IOException with the name of the file if it cannot be written
   */
  public static void write(Path file, Record value) throws IOException {
    DurableFiles.write(file, bytes(value));
  }

  /**
   * Writes a record and completes the output.
   *
   * @throws IOException with the name of the file if it cannot be written
   */
  public static void write(AtomicOutput output, Record value) throws IOException {
    output.stream().write(bytes(value));
    output.commit();
  }

  private static byte[] bytes(Record value) throws JsonProcessingException {
    String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static IOException problem(Path file, String what, String reason) {
    return new IOException(
        "'%s' must be %s as this program writes it: %s".formatted(file, what, reason));
  }

  /** Returns the problem without the class names of Jackson's own messages. */
  private static String reason(JsonProcessingException e) {
    if (e instanceof ValueInstantiationException && e.getCause() != null) {
      return e.getCause() instanceof NullPointerException
          ? "a required value is missing"
          : String.valueOf(e.getCause().getMessage());
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return "key '%s' is unknown; the keys are %s"
          .formatted(
              cut(unknown.getPropertyName()),
              unknown.getKnownPropertyIds().stream()
                  .map(String::valueOf)
                  .sorted()
                  .collect(Collectors.joining(", ")));
    }
    if (e instanceof JsonMappingException mapping
        && !(e.getCause() instanceof JsonParseException)) {
      String key = key(mapping.getPath());
      return key.isEmpty()
          ? "it must be a single object with the right keys and no text after it"
          : "key '%s' is missing or has a wrong value".formatted(cut(key));
    }
    boolean repeats = e.getOriginalMessage().startsWith("Duplicate field");
    return "%s at line %d, column %d"
        .formatted(
            repeats ? "a key is repeated" : "it is not JSON",
            e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
            e.getLocation() == null ? 1 : e.getLocation().getColumnNr());
  }

  private static String key(List<JsonMappingException.Reference> path) {
    return path.stream()
        .map(each -> each.getFieldName() == null ? "" + each.getIndex() : each.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static String cut(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= 60 ? plain : plain.substring(0, 60) + "..";
  }
}
