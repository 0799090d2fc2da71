package org.reckoning.graph.settings;

import java.util.List;
import org.reckoning.graph.gpt2.Lora;

/**
 * The weights that the inner loop changes. All other weights are constant in the inner loop and
 * have one copy for all tasks.
 */
public sealed interface Adaptation {

  /** All weights of the model. */
  record All() implements Adaptation {}

  /**
   * The weights whose names match a pattern.
   *
   * @param patterns name patterns; {@code *} matches any text, as in {@code h.*.mlp.*}
   */
  record Matching(List<String> patterns) implements Adaptation {
    /**
     * Copies the patterns.
     *
     * @throws IllegalArgumentException if {@code patterns} is empty
     */
    public Matching {
      patterns = List.copyOf(patterns);
      if (patterns.isEmpty()) {
        throw new IllegalArgumentException(
            "patterns of adapted weights must be at least one; to adapt nothing, use 0 inner steps");
      }
    }
  }

  /** Low-rank factors added to frozen weights. */
  record LowRank(Lora lora) implements Adaptation {}

  /** Returns the adaptation of all weights. */
  public static Adaptation all() {
    return new All();
  }

  /** Returns the adaptation of the weights whose names match one of the patterns. */
  public static Adaptation matching(String... patterns) {
    return new Matching(List.of(patterns));
  }

  /** Returns the adaptation of low-rank factors. */
  public static Adaptation lora(int rank, double alpha, String... targets) {
    return new LowRank(new Lora(rank, alpha, List.of(targets)));
  }
}
