package org.reckoning.trainer.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The JSON mappers of this program. A class that needs a mapper takes one of these, or rebuilds one
 * with further features.
 */
public final class Json {
  /** Writes JSON, creates nodes, and reads what this program has written. */
  public static final JsonMapper PLAIN = JsonMapper.builder().build();

  /** Writes and reads records; a component {@code keepCheckpoints} is {@code keep_checkpoints}. */
  public static final JsonMapper SNAKE_CASE =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** Reads values from a stream, one after another; refuses repeated keys. */
  public static final JsonMapper STRICT_ELEMENTS =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Reads a single value; refuses repeated keys, and text after the value. */
  public static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int UNTRUSTED_DEPTH = 64;

  /** Reads a value that another process sent; strict, and refuses nesting deeper than 64 levels. */
  public static final JsonMapper UNTRUSTED =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(UNTRUSTED_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** Returns the problem that a parser found, without the names and source that Jackson adds. */
  public static String reason(JsonProcessingException e) {
    return e.getOriginalMessage()
        .replaceAll(
            ", from `[^`]*`| \\(bound as .*| \\((start marker at|for \\w+ starting at) \\[Source.*",
            "");
  }
}
