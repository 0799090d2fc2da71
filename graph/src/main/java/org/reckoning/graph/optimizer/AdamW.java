package org.reckoning.graph.optimizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101). The update at step t is:
 *
 * <pre>{@code
 * m' = beta1 m + (1 - beta1) g
 * v' = beta2 v + (1 - beta2) g^2
 * theta' = theta (1 - rate weightDecay) - rate [m' / (1 - beta1^t)] / [sqrt(v') / sqrt(1 - beta2^t) + epsilon]
 * }</pre>
 *
 * <p>The derivative of {@code sqrt(v')} counts as 0 where v' is 0, in every mode and order. Its
 * true value, infinity, would turn all derivatives into NaN as soon as one weight has no gradient,
 * such as the embedding of an unused position.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, a positive normal number of the dtype
 * @param weightDecay coefficient of the decay, which is multiplied by the rate; 0 for none
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements InnerOptimizer {
  private static final String FIRST_MOMENT = "m";
  private static final String SECOND_MOMENT = "v";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public AdamW {
    Ranges.requireBelowOne("beta1", beta1);
    Ranges.requireBelowOne("beta2", beta2);
    Ranges.requirePositive("epsilon", epsilon);
    Ranges.requireNonNegative("weight_decay", weightDecay);
  }

  /** Creates an AdamW with betas 0.9 and 0.999, epsilon 1e-8 and weight decay 0.01. */
  public AdamW() {
    this(0.9, 0.999, 1e-8, 0.01);
  }

  /** Returns a copy with another weight decay. */
  public AdamW withWeightDecay(double value) {
    return new AdamW(beta1, beta2, epsilon, value);
  }

  @Override
  public List<String> slots() {
    return List.of(FIRST_MOMENT, SECOND_MOMENT);
  }

  @Override
  public <T extends TNumber> Update<T> update(
      Ops tf,
      Operand<T> theta,
      Map<String, Operand<T>> state,
      Operand<T> g,
      Operand<T> rate,
      Operand<T> step) {
    Map<String, Operand<T>> moments = moments(tf, state, g);
    return new Update<>(weight(tf, theta, moments, rate, step), moments);
  }

  /**
   * Emits the first half of an update: the moments after a gradient.
   *
   * @param state moments before it, by slot
   */
  public <T extends TNumber> Map<String, Operand<T>> moments(
      Ops tf, Map<String, Operand<T>> state, Operand<T> g) {
    Map<String, Operand<T>> moments = new LinkedHashMap<>();
    moments.put(FIRST_MOMENT, average(tf, beta1, Slots.get(state, FIRST_MOMENT), g));
    moments.put(
        SECOND_MOMENT, average(tf, beta2, Slots.get(state, SECOND_MOMENT), tf.math.square(g)));
    return moments;
  }

  /**
   * Emits the second half of an update: the weight.
   *
   * @param moments moments after the gradient, by slot
   * @throws IllegalArgumentException if epsilon is no normal number of the dtype
   */
  public <T extends TNumber> Operand<T> weight(
      Ops tf, Operand<T> theta, Map<String, Operand<T>> moments, Operand<T> rate, Operand<T> step) {
    Operand<T> m = Slots.get(moments, FIRST_MOMENT);
    Operand<T> v = Slots.get(moments, SECOND_MOMENT);
    Operand<T> first = tf.math.div(m, bias(tf, beta1, step));
    Operand<T> second = tf.math.div(rootOrZero(tf, v), tf.math.sqrt(bias(tf, beta2, step)));
    Operand<T> direction = tf.math.div(first, tf.math.add(second, epsilon(tf, theta.type())));
    return tf.math.sub(decayed(tf, theta, rate), tf.math.mul(rate, direction));
  }

  private <T extends TNumber> Operand<T> epsilon(Ops tf, Class<T> type) {
    boolean isHeld = epsilon >= Float.MIN_NORMAL && epsilon <= Float.MAX_VALUE;
    if (type == TFloat32.class && !isHeld) { // TensorFlow flushes smaller ones to 0
      throw new IllegalArgumentException(
          "epsilon (%s) must be from %s to %s in float32"
              .formatted(epsilon, Float.MIN_NORMAL, Float.MAX_VALUE));
    }
    return Scalars.of(tf, type, epsilon);
  }

  private <T extends TNumber> Operand<T> decayed(Ops tf, Operand<T> theta, Operand<T> rate) {
    if (weightDecay == 0) {
      return theta;
    }
    Operand<T> shrink = tf.math.mul(rate, Scalars.of(tf, theta.type(), weightDecay));
    return tf.math.mul(theta, tf.math.sub(Scalars.of(tf, theta.type(), 1), shrink));
  }

  private static <T extends TNumber> Operand<T> average(
      Ops tf, double beta, Operand<T> old, Operand<T> x) {
    return tf.math.add(
        tf.math.mul(Scalars.of(tf, x.type(), beta), old),
        tf.math.mul(Scalars.of(tf, x.type(), 1 - beta), x));
  }

  /**
   * Emits {@code 1 - beta^t} as {@code -expm1(t log(beta))}. The plain formula loses half of the
   * digits in float32.
   */
  private static <T extends TNumber> Operand<T> bias(Ops tf, double beta, Operand<T> step) {
    Operand<T> exponent = tf.math.mul(step, Scalars.of(tf, step.type(), Math.log(beta)));
    return tf.math.neg(tf.math.expm1(exponent));
  }

  /** Emits {@code sqrt(v)} with derivative 0 at 0: the root of 1 is taken there and dropped. */
  private static <T extends TNumber> Operand<T> rootOrZero(Ops tf, Operand<T> v) {
    Operand<T> zero = Scalars.of(tf, v.type(), 0);
    Operand<TBool> positive = tf.math.greater(v, zero);
    Operand<T> root = tf.math.sqrt(tf.select(positive, v, Scalars.of(tf, v.type(), 1)));
    return tf.select(positive, root, zero);
  }
}
