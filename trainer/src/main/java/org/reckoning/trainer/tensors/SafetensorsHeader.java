package org.reckoning.trainer.tensors;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.trainer.files.Json;
import org.tensorflow.ndarray.Shape;

/**
 * The header of a safetensors file, checked against the length of the data.
 *
 * <pre>{@code
 * {"__metadata__": {"format": "pt"}, "ln_f.bias": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]}, ...}
 * }</pre>
 *
 * @param tensors the entries by name, in the order of the header
 * @param metadata the entries of {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** Bounds the memory of a header; the largest published files have a few thousand entries. */
  static final int MAX_ENTRIES = 250_000;

  static final int MAX_DIMENSIONS = 64;

  /** Refuses duplicate keys; does not hash names, so that no choice of names makes it slow. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /**
   * The place of a tensor in the data.
   *
   * @param begin offset of the first byte, from the end of the header
   * @param end offset after the last byte
   */
  record Entry(DType dtype, Shape shape, long begin, long end) {
    long elements() {
      return (end - begin) / dtype.bytes();
    }
  }

  /**
   * Parses a header.
   *
   * @param file the file, for messages
   * @param json the bytes of the header
   * @param dataLength number of bytes that follow the header
   * @throws WeightsFormatException if the header is malformed, or the tensors leave holes in the
   *     data or overlap
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataLength) throws IOException {
    if (json.length == 0 || json[0] != '{') {
      throw new WeightsFormatException(file, "the header must begin with '{'");
    }
    var utf8 =
        new InputStreamReader(
            new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder()); // reports errors
    try (JsonParser parser = JSON.createParser(utf8)) {
      return new Reader(file, parser, dataLength).read();
    } catch (JsonProcessingException e) {
      throw new WeightsFormatException(
          file, "the header must be a JSON object: " + quote(Json.reason(e)));
    } catch (CharacterCodingException e) {
      throw new WeightsFormatException(file, "the header must be UTF-8");
    }
  }

  /** Reads one header. */
  private record Reader(Path file, JsonParser parser, long dataLength) {
    SafetensorsHeader read() throws IOException {
      Map<String, Entry> tensors = new LinkedHashMap<>();
      Map<String, String> metadata = Map.of();
      parser.nextToken(); // the opening brace
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(METADATA)) {
          metadata = metadata();
        } else {
          tensors.put(name, tensor(name));
          limitEntries(tensors.size());
        }
      }
      if (parser.nextToken() != null) {
        throw refuse("the header must be one JSON object but text follows it");
      }
      checkLayout(tensors);
      return new SafetensorsHeader(tensors, metadata);
    }

    private Map<String, String> metadata() throws IOException {
      require(JsonToken.START_OBJECT, "'" + METADATA + "' must be an object of strings");
      Map<String, String> metadata = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        require(
            JsonToken.VALUE_STRING, "'" + METADATA + "' must have a string under " + quote(key));
        metadata.put(key, parser.getText());
        limitEntries(metadata.size());
      }
      return metadata;
    }

    private Entry tensor(String name) throws IOException {
      String tensor = "tensor " + quote(name);
      require(JsonToken.START_OBJECT, tensor + " must be described by an object");
      DType dtype = null;
      long[] shape = null;
      long[] offsets = null;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "dtype" -> dtype = dtype(tensor);
          case "shape" -> shape = sizes(tensor, key);
          case "data_offsets" -> offsets = sizes(tensor, key);
          default ->
              throw refuse(
                  "%s has the key %s; known: [dtype, shape, data_offsets]"
                      .formatted(tensor, quote(key)));
        }
      }
      if (dtype == null || shape == null || offsets == null) {
        throw refuse("%s must have dtype, shape and data_offsets".formatted(tensor));
      }
      return entry(tensor, dtype, shape, offsets);
    }

    private DType dtype(String tensor) throws IOException {
      String text = parser.getText();
      for (DType dtype : DType.values()) {
        if (parser.currentToken() == JsonToken.VALUE_STRING && dtype.name().equals(text)) {
          return dtype;
        }
      }
      throw refuse(
          "%s has dtype %s; known: %s"
              .formatted(tensor, quote(text), Arrays.toString(DType.values())));
    }

    private long[] sizes(String tensor, String key) throws IOException {
      require(JsonToken.START_ARRAY, tensor + " must have an array as " + key);
      long[] sizes = new long[MAX_DIMENSIONS];
      int length = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        boolean isLong =
            parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!isLong || parser.getLongValue() < 0) {
          throw refuse(
              "%s has %s in its %s, which must be an integer from 0 to 2^63 - 1"
                  .formatted(tensor, quote(parser.getText()), key));
        }
        if (length == MAX_DIMENSIONS) {
          throw refuse(
              "%s must have at most %d numbers as %s".formatted(tensor, MAX_DIMENSIONS, key));
        }
        sizes[length++] = parser.getLongValue();
      }
      return Arrays.copyOf(sizes, length);
    }

    private Entry entry(String tensor, DType dtype, long[] shape, long[] offsets)
        throws WeightsFormatException {
      if (offsets.length != 2) {
        throw refuse("%s must have 2 data_offsets but has %d".formatted(tensor, offsets.length));
      }
      long begin = offsets[0];
      long end = offsets[1];
      if (begin > end) {
        throw refuse(
            "%s has data_offsets [%d, %d], which must ascend".formatted(tensor, begin, end));
      }
      if (end > dataLength) {
        throw refuse(
            "%s ends at byte %d of the data but the file has only %d (is it complete?)"
                .formatted(tensor, end, dataLength));
      }
      long bytes = bytes(tensor, dtype, shape);
      if (end - begin != bytes) {
        throw refuse(
            "%s of dtype %s and shape %s must have %d bytes but data_offsets [%d, %d] give it %d"
                .formatted(tensor, dtype, Arrays.toString(shape), bytes, begin, end, end - begin));
      }
      return new Entry(dtype, Shape.of(shape), begin, end);
    }

    private long bytes(String tensor, DType dtype, long[] shape) throws WeightsFormatException {
      try {
        long bytes = dtype.bytes();
        for (long size : shape) {
          bytes = Math.multiplyExact(bytes, size);
        }
        return bytes;
      } catch (ArithmeticException e) {
        throw refuse(
            "%s of dtype %s and shape %s must have fewer than 2^63 bytes"
                .formatted(tensor, dtype, Arrays.toString(shape)));
      }
    }

    private void checkLayout(Map<String, Entry> tensors) throws WeightsFormatException {
      List<Map.Entry<String, Entry>> byPosition = new ArrayList<>(tensors.entrySet());
      byPosition.sort(
          Map.Entry.comparingByValue(
              Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)));
      long next = 0;
      for (Map.Entry<String, Entry> tensor : byPosition) {
        long begin = tensor.getValue().begin();
        if (begin != next) {
          throw refuse(
              "tensor %s begins at byte %d of the data but must begin at byte %d, without %s"
                  .formatted(
                      quote(tensor.getKey()), begin, next, begin > next ? "a hole" : "an overlap"));
        }
        next = tensor.getValue().end();
      }
      if (next != dataLength) {
        throw refuse(
            "the data must end at byte %d with the last tensor but have %d bytes"
                .formatted(next, dataLength));
      }
    }

    private void limitEntries(int entries) throws WeightsFormatException {
      if (entries > MAX_ENTRIES) {
        throw refuse("the header must have at most %d entries".formatted(MAX_ENTRIES));
      }
    }

    private void require(JsonToken token, String requirement) throws IOException {
      if (parser.currentToken() != token) {
        throw refuse("%s but has %s".formatted(requirement, quote(parser.getText())));
      }
    }

    private WeightsFormatException refuse(String problem) {
      return new WeightsFormatException(file, problem);
    }
  }
}
