package org.reckoning.trainer.answering;

import java.util.List;

/**
 * What encoding some facts took.
 *
 * @param facts how many
 * @param tokens of all facts; 0 where they are not learned
 * @param innerLosses before each inner step and after the last [K+1], in nats a token; empty where
 *     facts are not learned
 * @param seconds of the inner steps
 * @param preparationSeconds to build and compile for facts of this size, and to run it once; 0 if
 *     that was done before
 */
public record Encoded(
    int facts, int tokens, List<Double> innerLosses, double seconds, double preparationSeconds) {
  /** Copies the losses. */
  public Encoded {
    innerLosses = List.copyOf(innerLosses);
  }
}
