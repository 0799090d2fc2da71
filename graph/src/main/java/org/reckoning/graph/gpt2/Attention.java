package org.reckoning.graph.gpt2;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.family.TNumber;

/**
 * Attention between its two linear layers. The letters are those of {@link Gpt2}.
 *
 * <p>It computes {@code softmax(q k^T / sqrt(D) + bias) v} for each head. With long sequences this
 * is one product for each head. With short ones a call of a kernel costs more than its arithmetic.
 * Then it is one product for all heads of a sequence: the queries have a row for each head and
 * token, with zeros in the channels of all other heads.
 */
final class Attention<T extends TNumber> {
  /** Most multiplications of all heads of a sequence for which one product is computed. */
  private static final long SHORT = 1 << 13;

  private final Gpt2Config config;
  private final Dropout<T> dropout;

  /**
   * Creates the attention of a model.
   *
   * @param dropout applied to the attention weights
   */
  Attention(Gpt2Config config, Dropout<T> dropout) {
    this.config = config;
    this.dropout = dropout;
  }

  /**
   * Emits the attention of one block.
   *
   * @param qkv queries, keys and values [N, B*T, 3C]
   * @param bias of the M keys in memory [N, B, 1, T, M]
   * @param layer number of the block
   * @param memory supplies the keys and values; null for those of the pass itself
   * @return [N, B*T, C]
   */
  Operand<T> of(
      Ops tf, Operand<T> qkv, Operand<T> bias, int layer, @Nullable AttentionMemory<T> memory) {
    long t = bias.shape().get(3);
    return memory == null && config.nHead() > 1 && t * t * config.nEmbd() <= SHORT
        ? ofAllHeads(tf, qkv, bias)
        : ofEachHead(tf, qkv, bias, layer, memory);
  }

  private Operand<T> ofEachHead(
      Ops tf, Operand<T> qkv, Operand<T> bias, int layer, @Nullable AttentionMemory<T> memory) {
    long n = qkv.shape().get(0);
    long b = bias.shape().get(1);
    long t = bias.shape().get(3);
    long h = config.nHead();
    long d = config.headDim();
    qkv = tf.reshape(qkv, tf.constant(new long[] {n, b, t, 3, h, d}));
    qkv = tf.linalg.transpose(qkv, tf.constant(new int[] {3, 0, 1, 4, 2, 5})); // [3, N, B, H, T, D]
    List<Output<T>> parts = tf.unstack(qkv, 3L, Unstack.axis(0L)).output();
    Operand<T> q = parts.get(0);
    Operand<T> k = parts.get(1);
    Operand<T> v = parts.get(2);
    AttentionMemory.@Nullable Entries<T> prefix = null;
    if (memory != null) {
      var seen = memory.visible(tf, layer, new AttentionMemory.Entries<>(k, v));
      k = seen.keys();
      v = seen.values();
      prefix = seen.prefix();
    }

    q = tf.math.mul(q, Scalars.of(tf, q.type(), 1 / Math.sqrt(config.headDim())));
    Operand<T> scores =
        tf.train.batchMatMul(q, k, q.type(), BatchMatMul.adjY(true)); // [N, B, H, T, M]
    if (prefix != null) {
      Operand<T> before = PrefixProduct.ofTransposed(tf, q, prefix.keys());
      scores = tf.concat(List.of(before, scores), tf.constant(-1)); // [N, B, H, T, P+M]
    }
    Operand<T> weights = weights(tf, scores, bias);
    Operand<T> mixed =
        prefix == null
            ? tf.train.batchMatMul(weights, v, v.type()) // [N, B, H, T, D]
            : PrefixProduct.mixed(tf, weights, prefix.values(), v);
    mixed = tf.linalg.transpose(mixed, tf.constant(new int[] {0, 1, 3, 2, 4}));
    return tf.reshape(mixed, tf.constant(new long[] {n, b * t, h * d})); // [N, B*T, C]
  }

  private Operand<T> ofAllHeads(Ops tf, Operand<T> qkv, Operand<T> bias) {
    long n = qkv.shape().get(0);
    long b = bias.shape().get(1);
    long t = bias.shape().get(3);
    long h = config.nHead();
    long c = config.nEmbd();
    qkv = tf.reshape(qkv, tf.constant(new long[] {n, b, t, 3, c}));
    List<Output<T>> parts = tf.unstack(qkv, 3L, Unstack.axis(3L)).output(); // [N, B, T, C]
    Operand<T> scale = channels(tf, 1 / Math.sqrt(config.headDim()), qkv.type());
    Operand<T> q = tf.math.mul(tf.expandDims(parts.get(0), tf.constant(2)), scale);
    q = tf.reshape(q, tf.constant(new long[] {n, b, h * t, c})); // [N, B, H*T, C]

    Operand<T> scores =
        tf.train.batchMatMul(q, parts.get(1), q.type(), BatchMatMul.adjY(true)); // [N, B, H*T, T]
    scores = tf.reshape(scores, tf.constant(new long[] {n, b, h, t, t}));
    Operand<T> weights = weights(tf, scores, bias);
    weights = tf.reshape(weights, tf.constant(new long[] {n, b, h * t, t}));
    Operand<T> mixed = tf.train.batchMatMul(weights, parts.get(2), q.type()); // [N, B, H*T, C]
    mixed = tf.reshape(mixed, tf.constant(new long[] {n, b, h, t, c}));
    mixed = tf.sum(tf.math.mul(mixed, channels(tf, 1, qkv.type())), tf.constant(2));
    return tf.reshape(mixed, tf.constant(new long[] {n, b * t, c})); // [N, B*T, C]
  }

  private Operand<T> weights(Ops tf, Operand<T> scores, Operand<T> bias) {
    return dropout.apply(tf, tf.nn.softmax(tf.math.add(scores, bias)));
  }

  /** Emits {@code value} at the channels of a head, else 0: [H, 1, C]. */
  private Operand<T> channels(Ops tf, double value, Class<T> type) {
    double[][][] channels = new double[config.nHead()][1][config.nEmbd()];
    for (int channel = 0; channel < config.nEmbd(); channel++) {
      channels[channel / config.headDim()][0][channel] = value;
    }
    return tf.dtypes.cast(tf.constant(channels), type);
  }
}
