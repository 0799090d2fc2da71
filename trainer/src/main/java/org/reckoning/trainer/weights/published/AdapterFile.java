package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.reckoning.trainer.tensors.WeightsFormatException;

/**
 * The {@code adapter_config.json} of a low-rank adapter, as PEFT writes it. Settings that change
 * the computation are applied or refused, never ignored.
 *
 * @param rank inner dimension of the factors
 * @param scale factor of their product: {@code alpha / rank}, or {@code alpha / sqrt(rank)}
 * @param targets names of the layers that must have factors, or ends of names; empty if a pattern
 *     or a further setting selects the layers
 */
record AdapterFile(int rank, double scale, List<String> targets) {
  /** Settings that must be absent, null, false or empty. */
  private static final List<String> UNKNOWN =
      List.of(
          "use_dora",
          "use_qalora",
          "use_bdlora",
          "lora_bias",
          "modules_to_save",
          "rank_pattern",
          "alpha_pattern",
          "layer_replication",
          "trainable_token_indices",
          "target_parameters",
          "alora_invocation_tokens",
          "arrow_config",
          "corda_config");

  /** Initializations of the factors that do not change the weights of the base. */
  private static final Set<String> STARTS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** PEFT's name for all linear layers except the head. */
  private static final String ALL = "all-linear";

  AdapterFile {
    targets = List.copyOf(targets);
  }

  /**
   * Reads the file.
   *
   * @throws WeightsFormatException with all problems, if the file is malformed or describes another
   *     kind of adapter
   */
  static AdapterFile read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new WeightsFormatException(file, "no such file; an adapter needs it");
    }
    JsonNode root = JsonFile.read(file);
    if (!root.isObject()) {
      throw new WeightsFormatException(file, "must be a JSON object");
    }
    List<String> problems = new ArrayList<>();
    if (!root.path("peft_type").asText().equals("LORA")) {
      problems.add("peft_type (%s) must be LORA".formatted(shown(root.path("peft_type"))));
    }
    JsonNode rank = root.path("r");
    if (!rank.isInt() || rank.intValue() < 1) {
      problems.add("r (%s) must be a positive integer".formatted(shown(rank)));
    }
    JsonNode alpha = root.path("lora_alpha");
    if (!alpha.isNumber() || !Double.isFinite(alpha.doubleValue())) {
      problems.add("lora_alpha (%s) must be a number".formatted(shown(alpha)));
    }
    if (root.hasNonNull("bias") && !root.get("bias").asText().equals("none")) {
      problems.add("bias (%s) must be none".formatted(shown(root.get("bias"))));
    }
    if (root.hasNonNull("init_lora_weights")
        && !STARTS.contains(root.get("init_lora_weights").asText())) {
      problems.add(
          "init_lora_weights (%s) must leave the weights of the base as they are"
              .formatted(shown(root.get("init_lora_weights"))));
    }
    for (String key : UNKNOWN) {
      if (isSet(root.path(key))) {
        problems.add("%s (%s) must not be set".formatted(key, shown(root.path(key))));
      }
    }
    List<String> targets = targets(root.path("target_modules"), problems);
    if (isSet(root.path("layers_to_transform")) || isSet(root.path("exclude_modules"))) {
      targets = List.of();
    }
    if (!problems.isEmpty()) {
      throw new WeightsFormatException(
          file, "must be a plain low-rank adapter: " + String.join("; ", problems));
    }
    double divisor = rank.intValue();
    if (root.path("use_rslora").asBoolean()) {
      divisor = Math.sqrt(divisor);
    }
    return new AdapterFile(rank.intValue(), alpha.doubleValue() / divisor, targets);
  }

  private static List<String> targets(JsonNode node, List<String> problems) {
    List<String> targets = new ArrayList<>();
    for (JsonNode each : node) {
      targets.add(each.asText());
    }
    boolean isList = node.isArray() && !node.isEmpty();
    for (JsonNode each : node) {
      isList &= each.isTextual();
    }
    if (!isList && !node.isTextual()) {
      problems.add("target_modules (%s) must be a list of names".formatted(shown(node)));
    }
    return node.asText().equals(ALL) ? List.of("c_attn", "c_proj", "c_fc") : targets;
  }

  /** Returns whether the settings require factors for a layer. */
  boolean targets(String layer) {
    String name = "transformer." + layer;
    return targets.stream().anyMatch(each -> name.equals(each) || name.endsWith("." + each));
  }

  private static boolean isSet(JsonNode node) {
    return node.isContainerNode()
        ? !node.isEmpty()
        : node.isValueNode() && node.asBoolean(!node.isNull());
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode()
        ? "missing"
        : quote(node.isTextual() ? node.textValue() : node.toString());
  }
}
