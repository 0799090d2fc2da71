package org.reckoning.trainer.tokens;

/**
 * What the shapes of batches are chosen under.
 *
 * @param tasks tasks N of a batch
 * @param maxBuckets how many shapes at most; each is compiled once
 * @param maxTokens a task with a longer fact or question fits none
 * @param innerSteps K; facts are read that often, questions once
 */
public record BucketLimits(int tasks, int maxBuckets, int maxTokens, int innerSteps) {
  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if one is too small
   */
  public BucketLimits {
    require("tasks of a batch", tasks, 1);
    require("max_buckets", maxBuckets, 1);
    require("max_tokens", maxTokens, 2);
    require("n_inner_iter", innerSteps, 0);
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s (%d) must be at least %d".formatted(name, value, least));
    }
  }
}
