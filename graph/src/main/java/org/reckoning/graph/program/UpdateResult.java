package org.reckoning.graph.program;

import java.util.List;

/**
 * Results of an outer update.
 *
 * @param passes results of the passes, at the weights before the update
 * @param gradientNorm global norm of the gradient of all trained weights, before clipping
 * @param ratesGradientNorm global norm of the gradient of the stored rates; 0 if no rate is learned
 */
public record UpdateResult(List<PassResult> passes, double gradientNorm, double ratesGradientNorm) {
  /** Copies the list. */
  public UpdateResult {
    passes = List.copyOf(passes);
  }

  /** Returns the outer loss: the mean over all tasks of the update. */
  public double outerLoss() {
    return passes.stream().mapToDouble(PassResult::outerLoss).sum();
  }

  /** Returns the fraction of the target tokens of all passes that have the largest logit. */
  public double tokenAccuracy() {
    double correct = passes.stream().mapToLong(PassResult::correctTokens).sum();
    return correct / passes.stream().mapToLong(PassResult::targetTokens).sum();
  }
}
