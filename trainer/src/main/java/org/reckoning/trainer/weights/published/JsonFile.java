package org.reckoning.trainer.weights.published;

import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tensors.SafetensorsFile;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.reckoning.trainer.files.TextFile;

/** Reads the small files of JSON beside weights, which may be anything. */
final class JsonFile {
  /** That of a safetensors header; the largest index of published weights is far below. */
  private static final int MAX_BYTES = SafetensorsFile.MAX_HEADER_BYTES;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @throws WeightsFormatException if it is not a file, too long, or not JSON
   */
  static JsonNode read(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new WeightsFormatException(file, "must be a file");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new WeightsFormatException(
          file, "must have at most %d bytes but has %d".formatted(MAX_BYTES, Files.size(file)));
    }
    try {
      return JSON.readTree(TextFile.read(file));
    } catch (JsonProcessingException e) {
      String reason =
          e instanceof MismatchedInputException
              ? "it must be one value with nothing behind it"
              : quote(e.getOriginalMessage());
      throw new WeightsFormatException(file, "must be JSON: " + reason);
    }
  }
}
