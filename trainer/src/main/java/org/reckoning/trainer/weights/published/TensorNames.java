package org.reckoning.trainer.weights.published;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reckoning.trainer.weights.Gpt2Weights;

/**
 * Names of tensors in saved models. Wrappers of a model put their own names in front:
 *
 * <pre>{@code
 * wte.weight
 * transformer.wte.weight               GPT2LMHeadModel
 * _orig_mod.transformer.wte.weight     torch.compile
 * module._orig_mod.wte.weight          DistributedDataParallel of it
 * h.0._orig_mod.ln_1.weight            torch.compile of a single block
 * }</pre>
 */
final class TensorNames {
  /** The output head, tied to the token embeddings. */
  static final String HEAD = "lm_head.weight";

  private static final String INNER =
      "_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module";
  private static final Pattern WRAPPER = Pattern.compile("(" + INNER + ")\\.");
  private static final Pattern PREFIX =
      Pattern.compile("(?:(?:" + INNER + "|module|model|transformer)\\.)*+");
  private static final Set<String> TIED = Set.of(HEAD, Gpt2Weights.EMBEDDING);

  private TensorNames() {}

  /** Returns the prefix of a parameter's name; empty if the name has none. */
  static String prefix(String name) {
    Matcher matcher = PREFIX.matcher(name);
    return matcher.lookingAt() ? matcher.group() : "";
  }

  /** Returns the name of a parameter without prefix and wrappers. */
  static String parameter(String name) {
    return WRAPPER.matcher(name.substring(prefix(name).length())).replaceAll("");
  }

  /** Returns whether a name is one of the two names of the tied tensor. */
  static boolean isTied(String name) {
    return TIED.contains(parameter(name));
  }
}
