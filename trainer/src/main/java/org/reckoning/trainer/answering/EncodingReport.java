package org.reckoning.trainer.answering;

import java.util.List;

/**
 * Report on the encoding of facts into the weights, or on their reading as the prefix of prompts.
 *
 * @param facts number of facts
 * @param tokens of all facts; 0 for a model that ignores facts
 * @param innerLosses inner loss before each inner step and after the last [K+1]; empty for a model
 *     that does not learn facts
 * @param seconds of the inner steps, or of reading the facts
 * @param preparationSeconds to build and compile for facts of this size and for a first run; 0 if
 *     this was done before
 */
public record EncodingReport(
    int facts, int tokens, List<Double> innerLosses, double seconds, double preparationSeconds) {
  /** Copies the losses. */
  public EncodingReport {
    innerLosses = List.copyOf(innerLosses);
  }
}
