package org.reckoning.graph.settings;

import org.reckoning.graph.optimizer.AdamW;

/**
 * Settings of the outer update: AdamW for weights and for rates. Each has its own decay and its own
 * clipping by global norm. Learning rates are fed with every update.
 *
 * @param weights AdamW for the weights; biases and layer normalizations have no decay
 * @param rates AdamW for the rates
 * @param clipWeights largest global norm of the gradient of all weights; infinite for no clipping
 * @param clipRates the same for the rates
 */
public record OuterOptimizer(AdamW weights, AdamW rates, double clipWeights, double clipRates) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a norm is not positive
   */
  public OuterOptimizer {
    requireNorm("clip_weights", clipWeights);
    requireNorm("clip_rates", clipRates);
  }

  /**
   * Returns the defaults: betas 0.9 and 0.999, epsilon 1e-8, decay 0.05 for weights and 0 for
   * rates, global norms clipped at 0.1.
   */
  public static OuterOptimizer defaults() {
    return new OuterOptimizer(
        new AdamW().withWeightDecay(0.05), new AdamW().withWeightDecay(0), 0.1, 0.1);
  }

  /**
   * Returns AdamW with the same betas and epsilon for weights and rates.
   *
   * @param weightDecay decay of the weights; the rates have none
   * @param clipWeights largest global norm of the gradient of all weights; infinite: no clipping
   * @param clipRates the same for the rates
   */
  public static OuterOptimizer of(
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double clipWeights,
      double clipRates) {
    AdamW weights = new AdamW(beta1, beta2, epsilon, weightDecay);
    return new OuterOptimizer(weights, weights.withWeightDecay(0), clipWeights, clipRates);
  }

  private static void requireNorm(String name, double norm) {
    if (!(norm > 0)) {
      throw new IllegalArgumentException("%s (%s) must be positive".formatted(name, norm));
    }
  }

  /** Returns AdamW for one weight; biases and layer normalizations have no decay. */
  public AdamW forWeight(String name) {
    boolean decays = !name.endsWith(".bias") && !name.contains("ln_");
    return decays ? weights : weights.withWeightDecay(0);
  }
}
