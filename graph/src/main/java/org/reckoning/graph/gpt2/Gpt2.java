package org.reckoning.graph.gpt2;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The forward pass of GPT-2, in the order of the model, with a leading task axis on everything.
 *
 * <pre>{@code
 * N  tasks                   T  tokens of a sequence      H  heads
 * B  sequences of a task     C  width                     D  width of a head, C / H
 * M  keys that queries meet  I  width inside the MLP      V  tokens known
 * }</pre>
 *
 * <p>A weight is [N, ...] where every task has its own copy and [1, ...] where all tasks share one.
 */
public final class Gpt2<T extends TNumber> {
  /** Added to the scores of keys that must not be seen: their softmax is exactly 0. */
  private static final double MASKED = -1e9;

  private static final double GELU_CUBIC = 0.044715;
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  private final Gpt2Config config;
  private final @Nullable Lora lora;
  private final Dropout<T> dropout;

  /**
   * @param lora the low-rank factors that the parameters hold, or null
   * @param dropout applied after the embeddings, to the attention weights, and to what each block
   *     adds
   */
  public Gpt2(Gpt2Config config, @Nullable Lora lora, Dropout<T> dropout) {
    this.config = config;
    this.lora = lora;
    this.dropout = dropout;
  }

  /**
   * Runs the model up to the final layer normalization.
   *
   * @param tokens ids [N, B, T], padded on the right
   * @param lengths how many of them are real [N, B]
   * @param nudge a zero that is added to the embeddings, so that a second evaluation is not merged
   *     with the first; null for none
   * @return hidden states [N, B, T, C]
   * @throws IllegalArgumentException if the sequences are longer than the model's positions
   */
  public Operand<T> hidden(
      Ops tf,
      Parameters<T> p,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge) {
    return hiddenOf(tf, p, words(tf, p, tokens), lengths, nudge, (scope, layer, own) -> own);
  }

  /** The same as {@link #hidden}, given the {@link #words} of the tokens. */
  Operand<T> hiddenOf(
      Ops tf,
      Parameters<T> p,
      Operand<T> words,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge,
      AttentionMemory<T> memory) {
    Shape ids = words.shape().take(3); // [N, B, T]
    if (ids.get(2) > config.nPositions()) {
      throw new IllegalArgumentException(
          "tokens a sequence (%d) must be at most n_positions (%d)"
              .formatted(ids.get(2), config.nPositions()));
    }
    Operand<T> x = dropout.apply(tf, embed(tf, p, words)); // [N, B*T, C]
    if (nudge != null) {
      x = tf.math.add(x, nudge);
    }
    Operand<T> bias =
        attentionBias(tf.withSubScope("mask"), x.type(), ids, lengths); // [N, B, 1, T, T]
    return blocks(tf, p, x, bias, memory);
  }

  /**
   * The blocks and the final layer normalization.
   *
   * @param x embedded tokens [N, B*T, C]
   * @param bias added to the scores of the M keys in memory [N, B, 1, T, M]
   * @return hidden states [N, B, T, C]
   */
  Operand<T> blocks(
      Ops tf, Parameters<T> p, Operand<T> x, Operand<T> bias, AttentionMemory<T> memory) {
    // The sums between the blocks are in float64, as the layer norms that read them.
    Operand<TFloat64> stream = wide(tf, x);
    for (int layer = 0; layer < config.nLayer(); layer++) {
      stream = block(tf.withSubScope("h." + layer), p, layer, stream, bias, memory);
    }
    x = layerNorm(tf, p, "ln_f", stream, x.type());
    Shape scores = bias.shape();
    return tf.reshape(
        x, tf.constant(new long[] {scores.get(0), scores.get(1), scores.get(3), config.nEmbd()}));
  }

  /**
   * The output head, tied to the token embedding.
   *
   * @param hidden [N, M, C], any number M of positions
   * @return logits [N, M, V]
   */
  public Operand<T> logits(Ops tf, Parameters<T> p, Operand<T> hidden) {
    return matMul(tf.withSubScope("lm_head"), hidden, p.get("wte.weight"), true);
  }

  /** The rows of the token embedding: ids [N, B, T] to [N, B, T, C]. */
  Operand<T> words(Ops tf, Parameters<T> p, Operand<TInt32> tokens) {
    return rows(tf.withSubScope("embed"), p.get("wte.weight"), tokens);
  }

  /** Rows of a table [N|1, R, C] by their numbers: [N, B, T] to [N, B, T, C]. */
  Operand<T> rows(Ops tf, Operand<T> table, Operand<TInt32> numbers) {
    long n = numbers.shape().get(0);
    boolean shared = table.shape().get(0) == 1;
    // The tables of all tasks as one: row n R + number.
    int[] firstRows = new int[(int) n];
    for (int task = 0; task < n; task++) {
      firstRows[task] = shared ? 0 : task * (int) table.shape().get(1);
    }
    Operand<TInt32> offsets = tf.reshape(tf.constant(firstRows), tf.constant(new long[] {n, 1, 1}));
    Operand<T> rows = tf.reshape(table, tf.constant(new long[] {-1, config.nEmbd()}));
    return tf.gather(rows, tf.math.add(numbers, offsets), tf.constant(0));
  }

  /** Adds the position embedding to the words: [N, B, T, C] to [N, B*T, C]. */
  private Operand<T> embed(Ops tf, Parameters<T> p, Operand<T> words) {
    Ops scope = tf.withSubScope("embed");
    long n = words.shape().get(0);
    long b = words.shape().get(1);
    long t = words.shape().get(2);
    long c = config.nEmbd();
    Operand<T> wpe = p.get("wpe.weight"); // [N|1, P, C]
    long[] size = {wpe.shape().get(0), t, c};
    Operand<T> positions = scope.slice(wpe, scope.constant(new long[3]), scope.constant(size));
    positions = scope.expandDims(positions, scope.constant(1)); // [N|1, 1, T, C]
    return scope.reshape(
        scope.math.add(words, positions), scope.constant(new long[] {n, b * t, c}));
  }

  /**
   * 0 where query i may see key j: {@code j <= i} and {@code j < length}; else a large negative
   * number. [N, B, 1, T, T]
   */
  private Operand<T> attentionBias(Ops tf, Class<T> type, Shape ids, Operand<TInt32> lengths) {
    long t = ids.get(2);
    Operand<TInt32> position = tf.range(tf.constant(0), tf.constant((int) t), tf.constant(1));
    Operand<TInt32> query = tf.reshape(position, tf.constant(new long[] {t, 1}));
    Operand<TBool> causal = tf.math.lessEqual(position, query); // [T, T]
    Operand<TInt32> length =
        tf.reshape(lengths, tf.constant(new long[] {ids.get(0), ids.get(1), 1, 1, 1}));
    Operand<TBool> real = tf.math.less(position, length); // [N, B, 1, 1, T]
    return biasOf(tf, tf.math.logicalAnd(causal, real), type);
  }

  /** 0 where a key may be seen, else a large negative number. */
  Operand<T> biasOf(Ops tf, Operand<TBool> visible, Class<T> type) {
    return tf.select(visible, Scalars.of(tf, type, 0), Scalars.of(tf, type, MASKED));
  }

  private Operand<TFloat64> block(
      Ops tf,
      Parameters<T> p,
      int layer,
      Operand<TFloat64> x,
      Operand<T> bias,
      AttentionMemory<T> memory) {
    String name = "h." + layer;
    Operand<T> attended =
        attention(
            tf.withSubScope("attn"),
            p,
            layer,
            layerNorm(tf, p, name, "ln_1", x, bias.type()),
            bias,
            memory);
    x = tf.math.add(x, wide(tf, attended));
    Operand<T> thought =
        mlp(
            tf.withSubScope("mlp"),
            p,
            name + ".mlp",
            layerNorm(tf, p, name, "ln_2", x, bias.type()));
    return tf.math.add(x, wide(tf, thought));
  }

  private Operand<T> attention(
      Ops tf,
      Parameters<T> p,
      int layer,
      Operand<T> x,
      Operand<T> bias,
      AttentionMemory<T> memory) {
    String name = "h." + layer + ".attn";
    long n = x.shape().get(0);
    long b = bias.shape().get(1);
    long t = bias.shape().get(3);
    long h = config.nHead();
    long d = config.headDim();
    Operand<T> qkv =
        linear(tf, p, name + ".c_attn", x, withoutKeys(tf, p.get(name + ".c_attn.bias")));
    qkv = tf.reshape(qkv, tf.constant(new long[] {n, b, t, 3, h, d}));
    qkv = tf.linalg.transpose(qkv, tf.constant(new int[] {3, 0, 1, 4, 2, 5})); // [3, N, B, H, T, D]
    List<Operand<T>> parts = unstack(tf, qkv);
    Operand<T> q = parts.get(0);
    AttentionMemory.Entries<T> seen =
        memory.visible(tf, layer, new AttentionMemory.Entries<>(parts.get(1), parts.get(2)));
    Operand<T> k = seen.keys();
    Operand<T> v = seen.values();

    q = tf.math.mul(q, Scalars.of(tf, q.type(), 1 / Math.sqrt(config.headDim())));
    Operand<T> scores =
        tf.train.batchMatMul(q, k, q.type(), BatchMatMul.adjY(true)); // [N, B, H, T, M]
    Operand<T> weights = tf.nn.softmax(tf.math.add(scores, bias));
    weights = dropout.apply(tf, weights);
    Operand<T> mixed = tf.train.batchMatMul(weights, v, v.type()); // [N, B, H, T, D]
    mixed = tf.linalg.transpose(mixed, tf.constant(new int[] {0, 1, 3, 2, 4}));
    mixed = tf.reshape(mixed, tf.constant(new long[] {n, b * t, h * d})); // [N, B*T, C]
    return dropout.apply(tf, linear(tf, p, name + ".c_proj", mixed));
  }

  /**
   * The bias [N|1, 3C] of queries, keys and values with that of the keys as 0. A bias of the keys
   * shifts all scores of a query alike, which the softmax does not see: its gradient is exactly 0.
   * What rounding would make of that 0 is as large as epsilon to an AdamW inside the loop.
   */
  private Operand<T> withoutKeys(Ops tf, Operand<T> bias) {
    Operand<T> kept = tf.dtypes.cast(tf.constant(new double[][] {{1}, {0}, {1}}), bias.type());
    Operand<T> parts = tf.reshape(bias, tf.constant(new long[] {-1, 3, config.nEmbd()}));
    return tf.reshape(tf.math.mul(parts, kept), tf.constant(bias.shape().asArray()));
  }

  private Operand<T> mlp(Ops tf, Parameters<T> p, String name, Operand<T> x) {
    Operand<T> inside =
        gelu(tf.withSubScope("gelu"), linear(tf, p, name + ".c_fc", x)); // [N, B*T, I]
    return dropout.apply(tf, linear(tf, p, name + ".c_proj", inside)); // [N, B*T, C]
  }

  /** The tanh form: {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}, arXiv 1606.08415. */
  private Operand<T> gelu(Ops tf, Operand<T> x) {
    Operand<T> cubic =
        tf.math.mul(Scalars.of(tf, x.type(), GELU_CUBIC), tf.math.mul(x, tf.math.square(x)));
    Operand<T> inner = tf.math.mul(Scalars.of(tf, x.type(), SQRT_2_OVER_PI), tf.math.add(x, cubic));
    Operand<T> gate = tf.math.add(Scalars.of(tf, x.type(), 1), tf.math.tanh(inner));
    return tf.math.mul(tf.math.mul(Scalars.of(tf, x.type(), 0.5), x), gate);
  }

  private Operand<T> layerNorm(
      Ops tf, Parameters<T> p, String block, String name, Operand<TFloat64> x, Class<T> type) {
    return normalize(tf.withSubScope(name), p, block + "." + name, x, type);
  }

  private Operand<T> layerNorm(
      Ops tf, Parameters<T> p, String name, Operand<TFloat64> x, Class<T> type) {
    return normalize(tf.withSubScope(name), p, name, x, type);
  }

  /**
   * {@code (x - mean) / sqrt(variance + eps) * weight + bias} over the last axis, with the biased
   * variance. In float64 whatever the model's dtype: of all that is not a product of matrices, its
   * rounding is what gradients see most, and it is little work.
   */
  private Operand<T> normalize(
      Ops tf, Parameters<T> p, String name, Operand<TFloat64> x, Class<T> type) {
    Operand<TFloat64> mean = tf.math.mean(x, tf.constant(-1), Mean.keepDims(true)); // [N, B*T, 1]
    Operand<TFloat64> centered = tf.math.sub(x, mean);
    Operand<TFloat64> variance =
        tf.math.mean(tf.math.square(centered), tf.constant(-1), Mean.keepDims(true));
    Operand<TFloat64> scale =
        tf.math.rsqrt(tf.math.add(variance, tf.constant(config.layerNormEpsilon())));
    Operand<TFloat64> normal = tf.math.mul(centered, scale);
    Operand<T> weight = tf.expandDims(p.get(name + ".weight"), tf.constant(1)); // [N|1, 1, C]
    Operand<T> bias = tf.expandDims(p.get(name + ".bias"), tf.constant(1));
    Operand<TFloat64> y = tf.math.add(tf.math.mul(normal, wide(tf, weight)), wide(tf, bias));
    return tf.dtypes.cast(y, type);
  }

  private static Operand<TFloat64> wide(Ops tf, Operand<? extends TNumber> x) {
    return tf.dtypes.cast(x, TFloat64.class);
  }

  /**
   * {@code x W + b}, and the low-rank product where the layer has one: [N, M, in] to [N, M, out].
   */
  private Operand<T> linear(Ops tf, Parameters<T> p, String name, Operand<T> x) {
    return linear(tf, p, name, x, p.get(name + ".bias"));
  }

  private Operand<T> linear(Ops tf, Parameters<T> p, String name, Operand<T> x, Operand<T> bias) {
    Operand<T> y = matMul(tf, x, p.get(name + ".weight"), false);
    y = tf.math.add(y, tf.expandDims(bias, tf.constant(1)));
    if (lora != null && p.contains(Lora.factorA(name))) {
      Ops scope = tf.withSubScope("lora");
      Operand<T> low = matMul(scope, x, p.get(Lora.factorA(name)), true); // [N, M, rank]
      Operand<T> high = matMul(scope, low, p.get(Lora.factorB(name)), true); // [N, M, out]
      y = tf.math.add(y, scope.math.mul(high, Scalars.of(scope, x.type(), lora.scale())));
    }
    return y;
  }

  /**
   * {@code x [N, M, in] times w [N|1, in, out]}, or w [N|1, out, in] transposed. A shared w sees
   * all tasks as one long batch.
   */
  private Operand<T> matMul(Ops tf, Operand<T> x, Operand<T> w, boolean transposeW) {
    long n = x.shape().get(0);
    long m = x.shape().get(1);
    boolean shared = n > 1 && w.shape().get(0) == 1;
    if (m == 1 && !shared) { // XLA's kernel for one row on CPUs has a tenth of the speed of two
      return firstRow(tf, matMul(tf, withSecondRow(tf, x), w, transposeW));
    }
    Operand<T> rows =
        shared ? tf.reshape(x, tf.constant(new long[] {1, n * m, x.shape().get(2)})) : x;
    Operand<T> y;
    if (transposeW) {
      // (w x^T)^T: kernels for CPUs are several times slower where the larger operand is transposed
      y = tf.train.batchMatMul(w, rows, x.type(), BatchMatMul.adjY(true)); // [N|1, out, M]
      y = tf.linalg.transpose(y, tf.constant(new int[] {0, 2, 1}));
    } else {
      y = tf.train.batchMatMul(rows, w, x.type());
    }
    return shared ? tf.reshape(y, tf.constant(new long[] {n, m, y.shape().get(2)})) : y;
  }

  private Operand<T> withSecondRow(Ops tf, Operand<T> x) {
    Operand<TInt32> below = tf.constant(new int[][] {{0, 0}, {0, 1}, {0, 0}});
    return tf.pad(x, below, Scalars.of(tf, x.type(), 0));
  }

  private Operand<T> firstRow(Ops tf, Operand<T> x) {
    long[] size = {x.shape().get(0), 1, x.shape().get(2)};
    return tf.slice(x, tf.constant(new long[3]), tf.constant(size));
  }

  private static <T extends TNumber> List<Operand<T>> unstack(Ops tf, Operand<T> x) {
    return List.copyOf(tf.unstack(x, x.shape().get(0), Unstack.axis(0L)).output());
  }
}
