package org.reckoning.graph.settings;

import java.util.List;
import org.reckoning.graph.gpt2.Lora;

/**
 * What the inner loop changes. Everything else is constant in it and has one copy for all tasks.
 */
public sealed interface Adaptation {

  /** All weights of the model. */
  record All() implements Adaptation {}

  /**
   * The weights whose names match.
   *
   * @param patterns names, in which {@code *} stands for anything: {@code h.*.mlp.*}
   */
  record Matching(List<String> patterns) implements Adaptation {
    /**
     * Copies the patterns.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Matching {
      patterns = List.copyOf(patterns);
      if (patterns.isEmpty()) {
        throw new IllegalArgumentException(
            "patterns of adapted weights must be at least one; to adapt nothing, use 0 inner steps");
      }
    }
  }

  /** Low-rank factors beside frozen weights. */
  record LowRank(Lora lora) implements Adaptation {}

  /** Adapts all weights. */
  public static Adaptation all() {
    return new All();
  }

  /** Adapts the weights whose names match one of the patterns. */
  public static Adaptation matching(String... patterns) {
    return new Matching(List.of(patterns));
  }

  /** Adapts low-rank factors. */
  public static Adaptation lora(int rank, double alpha, String... targets) {
    return new LowRank(new Lora(rank, alpha, List.of(targets)));
  }
}
