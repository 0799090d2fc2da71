package org.reckoning.graph.optimizer;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * A differentiable update rule {@code (theta', s') = U(theta, s, g, rate)} for one weight.
 * Gradients flow through the weight, the state, the gradient and the rate.
 */
public sealed interface InnerOptimizer permits Sgd, Momentum, AdamW {

  /** Returns gradient descent with the default settings. */
  static InnerOptimizer sgd() {
    return new Sgd();
  }

  /** Returns gradient descent with momentum and the default settings. */
  static InnerOptimizer momentum() {
    return new Momentum();
  }

  /** Returns Adam with decoupled weight decay and the default settings. */
  static InnerOptimizer adamW() {
    return new AdamW();
  }

  /** Returns gradient descent; see {@link Sgd}. */
  static InnerOptimizer sgd(double weightDecay) {
    return new Sgd(weightDecay);
  }

  /** Returns gradient descent with momentum, without Nesterov's step; see {@link Momentum}. */
  static InnerOptimizer momentum(double momentum, double weightDecay) {
    return new Momentum(momentum, weightDecay, false);
  }

  /** Returns Adam with decoupled weight decay; see {@link AdamW}. */
  static InnerOptimizer adamW(double beta1, double beta2, double epsilon, double weightDecay) {
    return new AdamW(beta1, beta2, epsilon, weightDecay);
  }

  /** Returns the names of the state tensors. Each has the shape of the weight and starts at 0. */
  List<String> slots();

  /**
   * Emits one update.
   *
   * @param theta the weight, of any shape
   * @param state the state of the weight, by slot
   * @param g the gradient, of the weight's shape
   * @param rate learning rate, a scalar
   * @param step number of the update, a scalar that starts at 1
   */
  <T extends TNumber> Update<T> update(
      Ops tf,
      Operand<T> theta,
      Map<String, Operand<T>> state,
      Operand<T> g,
      Operand<T> rate,
      Operand<T> step);

  /**
   * The result of an update.
   *
   * @param theta the new weight
   * @param state the new state, by slot
   */
  record Update<T extends TNumber>(Operand<T> theta, Map<String, Operand<T>> state) {}
}
