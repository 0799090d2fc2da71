package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.files.TextFile;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.WeightsFormatException;

/** Reads the small JSON files of models; their content is not trusted. */
final class JsonFile {
  /** The limit of a safetensors header; the largest published index is far smaller. */
  private static final int MAX_BYTES = SafetensorsFile.MAX_HEADER_BYTES;

  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @throws WeightsFormatException if the path is not a file, or the file is too long or not JSON
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
      return Json.STRICT.readTree(TextFile.read(file));
    } catch (JsonProcessingException e) {
      String reason =
          e instanceof MismatchedInputException
              ? "a single value, with no text after it"
              : quote(Json.reason(e));
      throw new WeightsFormatException(file, "must be JSON: " + reason);
    }
  }
}
