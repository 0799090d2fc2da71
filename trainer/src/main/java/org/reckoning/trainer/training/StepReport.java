package org.reckoning.trainer.training;

/**
 * What an outer step found and took.
 *
 * @param step counted from 1
 * @param steps how many are planned
 * @param outerLoss before the update, mean over the tasks
 * @param innerLossBefore mean loss of the facts before the inner steps; NaN where the method has no
 *     inner steps
 * @param innerLossAfter the same after the last inner step
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
    double innerLossBefore,
    double innerLossAfter,
    double tokenAccuracy,
    double gradientNorm,
    double ratesGradientNorm,
    double learningRate,
    double seconds,
    long tokens,
    long tasks) {

  /** Returns how many tokens a second were read. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
