package org.reckoning.graph.gpt2;

import java.util.List;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Stateless dropout: the mask is a function of a seed and of the place in the model, so that a step
 * that is computed again sees the same mask.
 */
public final class Dropout<T extends TNumber> {
  private final double rate;
  private final Operand<TInt64> seed;
  private long site;

  /**
   * @param rate probability of an element to be dropped, in [0, 1)
   * @param seed scalar that is fed
   * @throws IllegalArgumentException if the rate is out of range
   */
  public Dropout(double rate, Operand<TInt64> seed) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "dropout rate (%s) must be at least 0 and less than 1".formatted(rate));
    }
    this.rate = rate;
    this.seed = seed;
  }

  /**
   * Sets elements of {@code x} to 0 with probability {@code rate} and divides the others by {@code
   * 1 - rate}. Each call is a site of its own.
   */
  public Operand<T> apply(Ops tf, Operand<T> x) {
    if (rate == 0) {
      return x;
    }
    Ops scope = tf.withSubScope("dropout");
    Operand<TInt64> key = scope.stack(List.of(seed, scope.constant(site++)));
    Operand<T> uniform =
        scope.random.statelessRandomUniform(scope.constant(x.shape().asArray()), key, x.type());
    Operand<T> zero = Scalars.of(scope, x.type(), 0);
    Operand<T> scale = Scalars.of(scope, x.type(), 1 / (1 - rate));
    var kept = scope.math.greaterEqual(uniform, Scalars.of(scope, x.type(), rate));
    return scope.math.mul(x, scope.select(kept, scale, zero));
  }
}
