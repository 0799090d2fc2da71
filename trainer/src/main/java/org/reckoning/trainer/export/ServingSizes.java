package org.reckoning.trainer.export;

import org.jspecify.annotations.Nullable;

/**
 * Requested limits of an export, see {@link org.reckoning.graph.serving.ServingLimits}. A limit
 * that is null is derived from the data of the run.
 *
 * @param facts number of facts in a request
 * @param factTokens tokens of a fact
 * @param questions number of questions in a request
 * @param questionTokens tokens of a question
 * @param candidates number of texts that are scored together
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

  /** Returns sizes that all are derived from the data of the run. */
  public static ServingSizes ofData() {
    return new ServingSizes(null, null, null, null, null, null, null);
  }
}
