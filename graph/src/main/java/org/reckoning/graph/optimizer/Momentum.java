package org.reckoning.graph.optimizer;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Gradient descent with momentum. The buffer b starts at 0, so the first b' is g.
 *
 * <pre>{@code
 * b' = momentum b + g
 * theta' = theta - rate b'                   plain form
 * theta' = theta - rate (g + momentum b')    Nesterov's form
 * }</pre>
 *
 * @param momentum factor of the buffer in each step, in [0, 1)
 * @param weightDecay coefficient of the L2 penalty, added to g; 0 for none
 * @param nesterov whether to use Nesterov's form
 */
public record Momentum(double momentum, double weightDecay, boolean nesterov)
    implements InnerOptimizer {
  private static final String BUFFER = "buffer";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Momentum {
    Ranges.requireBelowOne("momentum", momentum);
    Ranges.requireNonNegative("weight_decay", weightDecay);
  }

  /** Creates a plain momentum of 0.9 without weight decay. */
  public Momentum() {
    this(0.9, 0, false);
  }

  @Override
  public List<String> slots() {
    return List.of(BUFFER);
  }

  @Override
  public <T extends TNumber> Update<T> update(
      Ops tf,
      Operand<T> theta,
      Map<String, Operand<T>> state,
      Operand<T> g,
      Operand<T> rate,
      Operand<T> step) {
    Operand<T> mu = Scalars.of(tf, g.type(), momentum);
    Operand<T> penalized = Sgd.penalized(tf, g, theta, weightDecay);
    Operand<T> buffer = tf.math.add(tf.math.mul(mu, Slots.get(state, BUFFER)), penalized);
    Operand<T> direction = nesterov ? tf.math.add(penalized, tf.math.mul(mu, buffer)) : buffer;
    return new Update<>(tf.math.sub(theta, tf.math.mul(rate, direction)), Map.of(BUFFER, buffer));
  }
}
