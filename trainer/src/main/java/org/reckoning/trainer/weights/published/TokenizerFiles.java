package org.reckoning.trainer.weights.published;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.text.BytePairs;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Tokenizer;

/**
 * Writes the files of GPT-2's tokenizer: {@code vocab.json} and {@code merges.txt}, identical to
 * the published files, and a {@code tokenizer_config.json}.
 */
public final class TokenizerFiles {
  private static final String END_OF_TEXT = "<|endoftext|>";

  private TokenizerFiles() {}

  /**
   * Writes the files.
   *
   * @param positions longest sequence of the model, in tokens
   */
  public static void write(Path directory, int positions) throws IOException {
    List<String> tokens = tokens();
    DurableFiles.write(directory.resolve("vocab.json"), vocabulary(tokens));
    DurableFiles.write(directory.resolve("merges.txt"), merges(tokens));
    ObjectNode config = Json.PLAIN.createObjectNode();
    config
        .put("tokenizer_class", "GPT2Tokenizer")
        .put("model_max_length", positions)
        .put("add_prefix_space", false)
        .put("bos_token", END_OF_TEXT)
        .put("eos_token", END_OF_TEXT)
        .put("unk_token", END_OF_TEXT);
    DurableFiles.write(
        directory.resolve("tokenizer_config.json"),
        Json.PLAIN.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
  }

  /**
   * Returns whether a directory has the vocabulary of a tokenizer other than GPT-2's, in {@code
   * vocab.json} or else in {@code tokenizer.json}. Models of other languages have about as many
   * tokens.
   */
  static boolean areOfAnother(Path directory) throws IOException {
    JsonNode ids = idsOf(directory);
    if (ids.isMissingNode()) {
      return false;
    }
    List<String> tokens = tokens();
    for (int id = 0; id < tokens.size(); id++) {
      if (ids.path(tokens.get(id)).asInt(-1) != id) {
        return true;
      }
    }
    return false;
  }

  /** Returns the map from token to id; a missing node if no file has one or it is unreadable. */
  private static JsonNode idsOf(Path directory) throws IOException {
    Path vocabulary = directory.resolve("vocab.json");
    Path tokenizer = directory.resolve("tokenizer.json");
    try {
      if (Files.isRegularFile(vocabulary)) {
        return JsonFile.read(vocabulary);
      }
      if (Files.isRegularFile(tokenizer)) {
        return JsonFile.read(tokenizer).path("model").path("vocab");
      }
    } catch (WeightsFormatException e) {
      // not readable
    }
    return MissingNode.getInstance();
  }

  /** Returns all tokens but the last in order, one character for each byte. */
  private static List<String> tokens() {
    char[] visible = visible();
    List<String> tokens = new ArrayList<>();
    for (int id = 0; id < Tokenizer.END_OF_TEXT; id++) {
      StringBuilder text = new StringBuilder();
      for (byte each : Tokenizer.gpt2().bytes(id)) {
        text.append(visible[each & 0xff]);
      }
      tokens.add(text.toString());
    }
    return tokens;
  }

  /**
   * Returns GPT-2's character for each byte; bytes without a visible character are moved beyond
   * 255.
   */
  private static char[] visible() {
    char[] visible = new char[256];
    char next = 256;
    for (int each = 0; each < visible.length; each++) {
      boolean isVisible =
          (each >= '!' && each <= '~') || (each >= 0xa1 && each <= 0xff && each != 0xad);
      visible[each] = isVisible ? (char) each : next++;
    }
    return visible;
  }

  /** Returns the map from token to id as Python's {@code json.dumps} writes it. */
  private static String vocabulary(List<String> tokens) {
    StringBuilder json = new StringBuilder("{");
    for (int id = 0; id < tokens.size(); id++) {
      json.append('"');
      for (char each : tokens.get(id).toCharArray()) {
        if (each == '"' || each == '\\') {
          json.append('\\').append(each);
        } else if (each < 128) {
          json.append(each);
        } else {
          json.append("\\u%04x".formatted((int) each));
        }
      }
      json.append("\": ").append(id).append(", ");
    }
    return json.append('"').append(END_OF_TEXT).append("\": ").append(tokens.size()) + "}";
  }

  private static String merges(List<String> tokens) {
    StringBuilder lines = new StringBuilder("#version: 0.2\n");
    for (BytePairs.Merge merge : Tokenizer.gpt2().bytePairs().merges()) {
      lines
          .append(tokens.get(merge.left()))
          .append(' ')
          .append(tokens.get(merge.right()))
          .append('\n');
    }
    return lines.toString();
  }
}
