package org.reckoning.trainer.progress;

import java.util.List;

/**
 * What an outer step found and took.
 *
 * @param step counted from 1
 * @param steps how many are planned
 * @param outerLoss before the update, mean over the tasks
 * @param innerLosses mean loss of the facts before the inner steps and after each of them; empty
 *     where the method has no inner steps
 * @param tokenAccuracy share of the questions' target tokens with the largest logit
 * @param gradientNorm of all trained weights, before clipping
 * @param ratesGradientNorm of the inner rates, before clipping; NaN where there are none
 * @param learningRate of the weights, in this step
 * @param seconds that the step took
 * @param tokens that the step read, facts and questions, without padding
 * @param tasks of the step
 */
public record StepReport(
    long step,
    long steps,
    double outerLoss,
    List<Double> innerLosses,
    double tokenAccuracy,
    double gradientNorm,
    double ratesGradientNorm,
    double learningRate,
    double seconds,
    long tokens,
    long tasks) {

  /** Copies the list. */
  public StepReport {
    innerLosses = List.copyOf(innerLosses);
  }

  /** Returns the mean loss of the facts before the inner steps; NaN where there are none. */
  public double innerLossBefore() {
    return innerLosses.isEmpty() ? Double.NaN : innerLosses.get(0);
  }

  /** Returns the mean loss of the facts after the last inner step; NaN where there are none. */
  public double innerLossAfter() {
    return innerLosses.isEmpty() ? Double.NaN : innerLosses.get(innerLosses.size() - 1);
  }

  /** Returns how many tokens a second were read. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
