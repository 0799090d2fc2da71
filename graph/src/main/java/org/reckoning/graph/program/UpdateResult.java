package org.reckoning.graph.program;

import java.util.List;

/**
 * What an outer update found.
 *
 * @param passes results of its passes, at the weights before the update
 * @param gradientNorm norm of the gradient of all trained weights, before clipping
 * @param ratesGradientNorm the same of the rates as they are stored; 0 if they are not learned
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

  /** Returns the share of target tokens of all passes that have the largest logit. */
  public double tokenAccuracy() {
    double correct = passes.stream().mapToLong(PassResult::correctTokens).sum();
    return correct / passes.stream().mapToLong(PassResult::targetTokens).sum();
  }
}
