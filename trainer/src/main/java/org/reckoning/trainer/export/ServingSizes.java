package org.reckoning.trainer.export;

import org.jspecify.annotations.Nullable;

/**
 * Sizes that were asked for, see {@link org.reckoning.graph.serving.ServingLimits}; null for those
 * of the run's data.
 *
 * @param facts facts of a request
 * @param factTokens tokens of a fact
 * @param questions questions of a request
 * @param questionTokens tokens of a question
 * @param candidates texts that are scored together
 * @param candidateTokens tokens of such a text
 * @param newTokens tokens of an answer
 */
public record ServingSizes(
    @Nullable Integer facts,
    @Nullable Integer factTokens,
    @Nullable Integer questions,
    @Nullable Integer questionTokens,
    @Nullable Integer candidates,
    @Nullable Integer candidateTokens,
    @Nullable Integer newTokens) {

  /** Those of the run's data. */
  public static ServingSizes ofData() {
    return new ServingSizes(null, null, null, null, null, null, null);
  }
}
