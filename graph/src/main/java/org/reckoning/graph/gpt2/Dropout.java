package org.reckoning.graph.gpt2;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.random.RandomSeed;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Bitcast;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Stateless dropout. Each call of {@link #apply} is the next site, and its mask is a function of
 * seed, input name and site. An instance serves one pass; the same pass with another instance, as
 * in a recomputed step, has the same masks. They depend neither on the dtype nor on XLA.
 */
public final class Dropout<T extends TNumber> {
  /** TensorFlow's number of the Philox generator, which its kernels and XLA share. */
  private static final int PHILOX = 1;

  private final double rate;
  private final @Nullable Operand<TInt64> seed; // null if nothing is dropped
  private final String input;
  private long site;

  /**
   * Creates a dropout whose first site is 0.
   *
   * @param rate probability that an element is dropped, in [0, 1)
   * @param seed scalar
   * @param input name of the model's input, such as "facts"; each name has its own masks
   * @throws IllegalArgumentException if the rate is out of range
   */
  public Dropout(double rate, Operand<TInt64> seed, String input) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "dropout rate (%s) must be at least 0 and less than 1".formatted(rate));
    }
    this.rate = rate;
    this.seed = seed;
    this.input = input;
  }

  private Dropout() {
    rate = 0;
    seed = null;
    input = "";
  }

  /** Returns a dropout that drops nothing. */
  public static <T extends TNumber> Dropout<T> none() {
    return new Dropout<>();
  }

  /**
   * Sets elements of {@code x} to 0 with probability {@code rate} and divides the others by {@code
   * 1 - rate}. Each call is a new site with its own mask.
   */
  public Operand<T> apply(Ops tf, Operand<T> x) {
    if (rate == 0) {
      return x;
    }
    Ops scope = tf.withSubScope("dropout");
    Operand<TInt64> key =
        RandomSeed.of(scope, Objects.requireNonNull(seed), "dropout of " + input, site++);
    Operand<TInt64> counter = scope.constant(new long[2]);
    // Integers, because XLA and the kernels turn the same random bits into different fractions.
    Operand<TInt32> uniform =
        scope.random.statelessRandomUniformFullIntV2(
            scope.constant(x.shape().asArray()),
            unsigned(scope, scope.reshape(key, scope.constant(new int[] {1}))),
            unsigned(scope, counter),
            scope.constant(PHILOX),
            TInt32.class);
    long dropped = (long) (rate * 0x1p32); // of the 2^32 numbers
    var kept =
        scope.math.greaterEqual(uniform, scope.constant((int) (dropped + Integer.MIN_VALUE)));
    Operand<T> zero = Scalars.of(scope, x.type(), 0);
    Operand<T> scale = Scalars.of(scope, x.type(), 1 / (1 - rate));
    return scope.math.mul(x, scope.select(kept, scale, zero));
  }

  @SuppressWarnings("unchecked") // TensorFlow Java has no type for unsigned integers
  private static Operand<? extends TType> unsigned(Ops tf, Operand<TInt64> x) {
    OperationBuilder builder =
        tf.scope()
            .env()
            .opBuilder(Bitcast.OP_NAME, tf.scope().makeOpName(Bitcast.OP_NAME), tf.scope())
            .addInput(x.asOutput())
            .setAttr("type", DataType.DT_UINT64);
    return (Operand<? extends TType>) (Operand<?>) builder.build().output(0);
  }
}
