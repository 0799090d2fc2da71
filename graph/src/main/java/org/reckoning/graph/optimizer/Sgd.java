package org.reckoning.graph.optimizer;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Gradient descent: {@code theta' = theta - rate (g + weightDecay theta)}.
 *
 * @param weightDecay coefficient of the L2 penalty, 0 for none
 */
public record Sgd(double weightDecay) implements InnerOptimizer {

  /**
   * Checks the weight decay.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public Sgd {
    Ranges.requireNonNegative("weight_decay", weightDecay);
  }

  /** Creates gradient descent without weight decay. */
  public Sgd() {
    this(0);
  }

  @Override
  public List<String> slots() {
    return List.of();
  }

  @Override
  public <T extends TNumber> Update<T> update(
      Ops tf,
      Operand<T> theta,
      Map<String, Operand<T>> state,
      Operand<T> g,
      Operand<T> rate,
      Operand<T> step) {
    Operand<T> direction = penalized(tf, g, theta, weightDecay);
    return new Update<>(tf.math.sub(theta, tf.math.mul(rate, direction)), Map.of());
  }

  /** Emits {@code g + weightDecay theta}, or returns g if there is no decay. */
  static <T extends TNumber> Operand<T> penalized(
      Ops tf, Operand<T> g, Operand<T> theta, double weightDecay) {
    return weightDecay == 0
        ? g
        : tf.math.add(g, tf.math.mul(Scalars.of(tf, g.type(), weightDecay), theta));
  }
}
