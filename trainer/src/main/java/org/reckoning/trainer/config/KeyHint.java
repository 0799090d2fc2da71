package org.reckoning.trainer.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reckoning.trainer.text.NearestName;

/** Suggests the most similar key for an unknown one. */
final class KeyHint {
  /** Options of the reference implementation and usual names, with the corresponding setting. */
  private static final Map<String, String> REFERENCE =
      Map.of(
          "baseline", "method=in_context",
          "no_facts", "method=no_facts",
          "no_question", "method=no_question",
          "random_facts", "method=random_facts",
          "model_type", "model.preset",
          "model_name_or_path", "model.name_or_path",
          "max_seq_length", "data.max_tokens",
          "fp16", "dtype",
          "lr", "learning_rate",
          "batch_size", "train_batch_size");

  private KeyHint() {}

  /** Returns {@code "; did you mean X?"}, or an empty text if no key is similar. */
  static String of(String key) {
    return nearest(key).map(near -> "; did you mean " + near + "?").orElse("");
  }

  private static Optional<String> nearest(String key) {
    String last = lastWord(key);
    String reference = REFERENCE.get(last);
    if (reference != null) {
      return Optional.of(reference);
    }
    List<String> keys = List.copyOf(RunConfig.keys());
    return keys.stream()
        .filter(known -> lastWord(known).equals(last))
        .findFirst()
        .or(() -> NearestName.of(key, keys))
        .or(
            () ->
                NearestName.of(last, keys.stream().map(KeyHint::lastWord).toList())
                    .flatMap(
                        word ->
                            keys.stream()
                                .filter(known -> lastWord(known).equals(word))
                                .findFirst()));
  }

  private static String lastWord(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
