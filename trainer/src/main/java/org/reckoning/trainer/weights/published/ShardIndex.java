package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.WeightsFormatException;

/**
 * The index of a sharded model: the safetensors file of each tensor.
 *
 * <pre>{@code
 * {"metadata": {..}, "weight_map": {"h.0.ln_1.bias": "model-00001-of-00002.safetensors", ..}}
 * }</pre>
 *
 * @param file the index itself
 * @param shards map from tensor to the name of its file
 */
record ShardIndex(Path file, Map<String, String> shards) {
  /** All files are open at the same time. */
  private static final int MAX_SHARDS = 1_000;

  /**
   * Reads an index.
   *
   * @throws WeightsFormatException if the index is malformed, or names a file in another directory
   */
  static ShardIndex read(Path file) throws IOException {
    JsonNode map = JsonFile.read(file).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new WeightsFormatException(file, "must have an object of file names as weight_map");
    }
    Map<String, String> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText();
      if (!entry.getValue().isTextual() || !shard.matches("[A-Za-z0-9_.-]+\\.safetensors")) {
        throw new WeightsFormatException(
            file,
            "tensor %s must be in a safetensors file of the same directory but is in %s"
                .formatted(quote(entry.getKey()), quote(shard)));
      }
      shards.put(entry.getKey(), shard);
    }
    return new ShardIndex(file, shards);
  }

  /**
   * Opens the files.
   *
   * @throws WeightsFormatException if a file is missing, malformed, or differs from the index; no
   *     file remains open
   */
  List<SafetensorsFile> open() throws IOException {
    Set<String> names = new TreeSet<>(shards.values());
    if (names.size() > MAX_SHARDS) {
      throw new WeightsFormatException(
          file, "must name at most %d files but names %d".formatted(MAX_SHARDS, names.size()));
    }
    List<SafetensorsFile> opened = new ArrayList<>();
    try {
      for (String name : names) {
        Path shard = file.resolveSibling(name);
        if (!Files.exists(shard)) {
          throw new WeightsFormatException(file, "names the missing file %s".formatted(name));
        }
        opened.add(SafetensorsFile.open(shard));
        checkNames(name, opened.get(opened.size() - 1).names());
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      for (SafetensorsFile each : opened) {
        each.close();
      }
      throw e;
    }
  }

  /**
   * Checks that a file holds the tensors that the index lists for it. The tied tensor is exempt:
   * programs list it under either name, or not at all.
   */
  private void checkNames(String shard, Set<String> held) throws WeightsFormatException {
    for (String tensor : held) {
      if (!shard.equals(shards.get(tensor)) && !TensorNames.isTied(tensor)) {
        throw new WeightsFormatException(
            file, "must list tensor %s for %s, which contains it".formatted(quote(tensor), shard));
      }
    }
    for (Map.Entry<String, String> entry : shards.entrySet()) {
      if (entry.getValue().equals(shard)
          && !held.contains(entry.getKey())
          && !TensorNames.isTied(entry.getKey())) {
        throw new WeightsFormatException(
            file,
            "lists tensor %s for %s, which does not contain it"
                .formatted(quote(entry.getKey()), shard));
      }
    }
  }
}
