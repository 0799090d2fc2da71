package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.tensors.WeightsFormatException;

/**
 * Reads and writes the {@code config.json} of a GPT-2. Keys that do not change the computation are
 * ignored.
 */
public final class Gpt2ConfigFile {
  /** Two names of GELU's tanh form. */
  private static final Set<String> ACTIVATIONS = Set.of("gelu_new", "gelu_pytorch_tanh");

  /** Keys of variants of GPT-2, each with the value of the plain model. */
  private static final Map<String, Boolean> PLAIN =
      Map.of(
          "scale_attn_weights", true,
          "scale_attn_by_inverse_layer_idx", false,
          "add_cross_attention", false,
          "tie_word_embeddings", true);

  /** The value of every published GPT-2; files of older programs lack the key. */
  private static final double EPSILON = 1e-5;

  private final Path file;
  private final JsonNode root;
  private final List<String> missing = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private Gpt2ConfigFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * The content of a configuration.
   *
   * @param config the sizes
   * @param endOfText the id of the end of text; the last id if the file names none
   */
  public record Content(Gpt2Config config, int endOfText) {}

  /**
   * Reads a configuration.
   *
   * @throws WeightsFormatException with all missing keys and wrong values, if the file is not JSON
   *     or not the configuration of a supported GPT-2
   */
  public static Content read(Path file) throws IOException {
    return new Gpt2ConfigFile(file, JsonFile.read(file)).content();
  }

  /** Writes a configuration that the transformers library can also read. */
  public static void write(Path file, Gpt2Config config, int endOfText) throws IOException {
    ObjectNode root = Json.PLAIN.createObjectNode();
    root.put("model_type", "gpt2").putArray("architectures").add("GPT2LMHeadModel");
    root.put("vocab_size", config.vocabSize())
        .put("n_positions", config.nPositions())
        .put("n_embd", config.nEmbd())
        .put("n_layer", config.nLayer())
        .put("n_head", config.nHead())
        .put("n_inner", config.nInner() == 4 * config.nEmbd() ? null : config.nInner())
        .put("activation_function", "gelu_new")
        .put("layer_norm_epsilon", config.layerNormEpsilon())
        .put("initializer_range", config.initializerRange())
        .put("scale_attn_weights", true)
        .put("tie_word_embeddings", true)
        .put("bos_token_id", endOfText)
        .put("eos_token_id", endOfText)
        .put("torch_dtype", "float32");
    DurableFiles.write(
        file, Json.PLAIN.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  private Content content() throws WeightsFormatException {
    Gpt2Config config = config();
    JsonNode end = root.path("eos_token_id");
    boolean isToken = end.isInt() && end.intValue() >= 0 && end.intValue() < config.vocabSize();
    return new Content(config, isToken ? end.intValue() : config.vocabSize() - 1);
  }

  private Gpt2Config config() throws WeightsFormatException {
    if (!root.isObject()) {
      throw new WeightsFormatException(file, "must be a JSON object");
    }
    int vocabSize = integer("vocab_size");
    int nPositions = integer(root.hasNonNull("n_positions") ? "n_positions" : "n_ctx");
    int nEmbd = integer("n_embd");
    int nLayer = integer("n_layer");
    int nHead = integer("n_head");
    Integer nInner = root.hasNonNull("n_inner") ? integer("n_inner") : null;
    double epsilon = root.hasNonNull("layer_norm_epsilon") ? number("layer_norm_epsilon") : EPSILON;
    checkVariant();
    if (!missing.isEmpty()) {
      problems.add(0, "lacks " + missing);
    }
    if (!problems.isEmpty()) {
      throw new WeightsFormatException(file, String.join("; ", problems));
    }
    try {
      var config = new Gpt2Config(vocabSize, nPositions, nEmbd, nLayer, nHead, 1, epsilon);
      config = nInner == null ? config.withNEmbd(nEmbd) : config.withNInner(nInner);
      double range = root.path("initializer_range").asDouble(); // no effect: weights exist
      return range > 0 && range < 1 ? config.withInitializerRange(range) : config;
    } catch (IllegalArgumentException e) {
      throw new WeightsFormatException(file, String.valueOf(e.getMessage()));
    }
  }

  private void checkVariant() {
    JsonNode activation = root.path("activation_function");
    if (root.hasNonNull("activation_function") && !ACTIVATIONS.contains(activation.asText())) {
      problems.add(
          "activation_function (%s) must be gelu_new or gelu_pytorch_tanh"
              .formatted(text(activation)));
    }
    if (root.hasNonNull("model_type") && !root.get("model_type").asText().equals("gpt2")) {
      problems.add("model_type (%s) must be gpt2".formatted(text(root.get("model_type"))));
    }
    PLAIN.forEach(
        (key, plain) -> {
          JsonNode node = root.path(key);
          if (node.isBoolean() && node.booleanValue() != plain) {
            problems.add("%s (%s) must be %s".formatted(key, node, plain));
          }
        });
  }

  private int integer(String key) {
    JsonNode node = value(key);
    if (node == null) {
      return 0;
    }
    if (!node.canConvertToInt() || !node.canConvertToExactIntegral()) {
      problems.add("%s (%s) must be an integer below 2^31".formatted(key, text(node)));
    }
    return node.intValue();
  }

  private double number(String key) {
    JsonNode node = value(key);
    if (node != null && !node.isNumber()) {
      problems.add("%s (%s) must be a number".formatted(key, text(node)));
    }
    return node == null ? 0 : node.doubleValue();
  }

  /** Returns the value of a required key, or notes the key as missing and returns null. */
  private @Nullable JsonNode value(String key) {
    if (root.hasNonNull(key)) {
      return root.get(key);
    }
    missing.add(key.equals("n_ctx") ? "n_positions" : key);
    return null;
  }

  private static String text(JsonNode node) {
    return quote(node.isTextual() ? node.textValue() : node.toString());
  }
}
