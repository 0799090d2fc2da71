package org.reckoning.trainer.progress;

import java.util.List;

/**
 * Report on an outer step.
 *
 * @param step number of the step, from 1
 * @param steps number of planned steps
 * @param outerLoss mean over the tasks, before the update
 * @param innerLosses mean loss of the facts before the inner steps and after each of them [K+1];
 *     empty for a method without inner steps
 * @param tokenAccuracy share of the questions' target tokens that have the largest logit
 * @param gradientNorm norm of the gradient of all trained weights, before clipping
 * @param ratesGradientNorm norm of the gradient of the inner rates, before clipping; NaN without
 *     learned rates
 * @param learningRate of the weights, in this step
 * @param seconds of the step
 * @param tokens of facts and questions, without padding
 * @param tasks number of tasks of the step
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

  /** Returns the mean loss of the facts before the inner steps; NaN without inner steps. */
  public double innerLossBefore() {
    return innerLosses.isEmpty() ? Double.NaN : innerLosses.get(0);
  }

  /** Returns the mean loss of the facts after the last inner step; NaN without inner steps. */
  public double innerLossAfter() {
    return innerLosses.isEmpty() ? Double.NaN : innerLosses.get(innerLosses.size() - 1);
  }

  /** Returns the number of tokens per second. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
