package org.reckoning.graph.gpt2;

import java.util.List;
import org.reckoning.graph.random.RandomSeed;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The choice of a next token for each of N x B texts from logits [N, B, V]. Of tokens with the same
 * logit, the one with the lower id ranks first.
 */
public final class TokenChoice {
  private static final int FRACTION_BITS = 53; // of a float64

  private TokenChoice() {}

  /** Emits the most likely token of each text [N, B]. */
  public static <T extends TNumber> Operand<TInt32> greedy(Ops tf, Operand<T> logits) {
    return tf.dtypes.cast(tf.math.argMax(logits, tf.constant(-1)), TInt32.class);
  }

  /**
   * Draws a token of each text [N, B] from the softmax of {@code logits / temperature}.
   *
   * <p>The choice is restricted to the {@code topK} most likely tokens. Of these, it is restricted
   * to the fewest whose probabilities add up to {@code topP} (nucleus sampling, arXiv 1904.09751).
   *
   * @param temperature positive scalar
   * @param topK scalar; 0 for all tokens
   * @param topP scalar in (0, 1]
   * @param uniform random numbers in [0, 1) [N, B]
   */
  public static <T extends TNumber> Operand<TInt32> sampled(
      Ops tf,
      Operand<T> logits,
      Operand<T> temperature,
      Operand<TInt32> topK,
      Operand<T> topP,
      Operand<TFloat64> uniform) {
    long v = logits.shape().get(2);
    Operand<TInt32> last = tf.constant(-1);
    TopK<T, TInt32> sorted = tf.nn.topK(logits, tf.constant((int) v), new TopK.Options[0]);
    Operand<TFloat64> descending = tf.dtypes.cast(sorted.values(), TFloat64.class); // [N, B, V]
    Operand<TFloat64> largest =
        tf.slice(
            descending,
            tf.constant(new long[3]),
            tf.constant(logits.shape().take(2).append(1).asArray()));
    Operand<TFloat64> weights =
        tf.math.exp(
            tf.math.div(
                tf.math.sub(descending, largest), tf.dtypes.cast(temperature, TFloat64.class)));
    Operand<TInt32> rank = tf.range(tf.constant(0), tf.constant((int) v), tf.constant(1)); // [V]
    Operand<TBool> amongK =
        tf.math.logicalOr(tf.math.less(rank, topK), tf.math.equal(topK, tf.constant(0)));
    weights = tf.select(amongK, weights, tf.constant(0.0));

    Operand<TFloat64> sums = tf.math.cumsum(weights, last); // each token included
    Operand<TFloat64> before = tf.math.sub(sums, weights);
    Operand<TFloat64> total = tf.sum(weights, last, Sum.keepDims(true)); // [N, B, 1]
    Operand<TFloat64> reached = tf.math.mul(total, tf.dtypes.cast(topP, TFloat64.class));
    Operand<TBool> kept = tf.math.logicalAnd(amongK, tf.math.less(before, reached));

    Operand<TFloat64> keptWeight =
        tf.sum(tf.select(kept, weights, tf.constant(0.0)), last, Sum.keepDims(true)); // [N,B,1]
    Operand<TFloat64> drawn = tf.math.mul(keptWeight, tf.expandDims(uniform, last));
    Operand<TBool> passed = tf.math.logicalAnd(kept, tf.math.lessEqual(sums, drawn));
    // Rounding may leave the last sum below the total: then the last kept token is chosen. A tiny
    // topP is 0 in float32 and keeps no token: then the first is chosen.
    Operand<TInt32> lastKept =
        tf.math.maximum(tf.math.sub(count(tf, kept), tf.constant(1)), tf.constant(0));
    Operand<TInt32> chosen = tf.math.minimum(count(tf, passed), lastKept); // [N, B], a rank
    return pick(tf, sorted.indices(), chosen);
  }

  /**
   * Emits {@code log p} of tokens under the softmax of the logits [N, B].
   *
   * @param tokens ids [N, B]
   */
  public static <T extends TNumber> Operand<T> logProbabilities(
      Ops tf, Operand<T> logits, Operand<TInt32> tokens) {
    return pick(tf, tf.nn.logSoftmax(logits), tokens);
  }

  /**
   * Emits random numbers in [0, 1), a function of seed, task, text and position. So a text does not
   * depend on the rest of the batch.
   *
   * <p>The numbers of TensorFlow's stateless generators depend on the shape of the tensor, and so
   * on the batch.
   *
   * @param seed scalar
   * @param tasks numbers of the tasks [N]
   * @param positions [N, B]
   */
  public static Operand<TFloat64> uniform(
      Ops tf, Operand<TInt64> seed, Operand<TInt64> tasks, Operand<TInt32> positions) {
    Operand<TInt64> texts =
        tf.range(tf.constant(0L), tf.constant(positions.shape().get(1)), tf.constant(1L)); // [B]
    Operand<TInt64> bits =
        RandomSeed.of(
            tf,
            seed,
            "token",
            List.of(
                tf.expandDims(tasks, tf.constant(1)), // [N, 1]
                texts,
                tf.dtypes.cast(positions, TInt64.class))); // [N, B]
    Operand<TInt64> fraction =
        tf.bitwise.bitwiseAnd(bits, tf.constant(-1L >>> (Long.SIZE - FRACTION_BITS)));
    return tf.math.mul(
        tf.dtypes.cast(fraction, TFloat64.class), tf.constant(Math.scalb(1.0, -FRACTION_BITS)));
  }

  private static Operand<TInt32> count(Ops tf, Operand<TBool> marked) {
    return tf.sum(tf.dtypes.cast(marked, TInt32.class), tf.constant(-1));
  }

  /** Emits one element of each row: values [N, B, V] at an index [N, B]. */
  private static <U extends TNumber> Operand<U> pick(
      Ops tf, Operand<U> values, Operand<TInt32> index) {
    Operand<U> picked =
        tf.gather(
            values, tf.expandDims(index, tf.constant(-1)), tf.constant(2), Gather.batchDims(2L));
    return tf.reshape(picked, tf.constant(index.shape().asArray()));
  }
}
