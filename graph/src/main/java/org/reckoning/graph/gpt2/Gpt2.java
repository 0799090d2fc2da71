package org.reckoning.graph.gpt2;

import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The forward pass of GPT-2, read from top to bottom. Every tensor has a leading task axis.
 *
 * <pre>{@code
 * N  tasks                T  tokens of a sequence    H  heads
 * B  sequences of a task  C  width                   D  width of a head, C / H
 * M  keys of a query      I  width inside the MLP    V  size of the vocabulary
 * }</pre>
 *
 * <p>A weight is [N, ...] if every task has its own copy, and [1, ...] if all tasks share it.
 */
public final class Gpt2<T extends TNumber> {
  private static final double GELU_CUBIC = 0.044715;
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  private final Gpt2Config config;
  private final @Nullable Lora lora;
  private final Dropout<T> dropout;
  private final Attention<T> attention;
  private final MatrixProduct product;
  private final PrefixCache<T> prefix;

  /** Creates a model whose products are in its own dtype. */
  public Gpt2(Gpt2Config config, @Nullable Lora lora, Dropout<T> dropout) {
    this(config, lora, dropout, MatmulDtype.FLOAT32);
  }

  /**
   * Creates a model; its weights are passed to every call.
   *
   * @param lora settings of the low-rank factors among the parameters, or null for none
   * @param dropout applied to the embeddings, to the attention weights, and to the outputs of
   *     attention and MLP
   * @param products dtype of the products of activations and weights; those of queries, keys and
   *     values, which are small, have the dtype of the model
   */
  public Gpt2(Gpt2Config config, @Nullable Lora lora, Dropout<T> dropout, MatmulDtype products) {
    this(config, lora, dropout, new MatrixProduct(products), PrefixCache.none());
  }

  private Gpt2(
      Gpt2Config config,
      @Nullable Lora lora,
      Dropout<T> dropout,
      MatrixProduct product,
      PrefixCache<T> prefix) {
    this.config = config;
    this.lora = lora;
    this.dropout = dropout;
    this.attention = new Attention<>(config, dropout);
    this.product = product;
    this.prefix = prefix;
  }

  /** Returns this model for sequences that continue a prefix. */
  public Gpt2<T> after(PrefixCache<T> other) {
    return new Gpt2<>(config, lora, dropout, product, other);
  }

  /**
   * Emits the model up to the final layer normalization.
   *
   * @param tokens ids [N, B, T], padded on the right
   * @param lengths number of real tokens of each sequence [N, B]
   * @param nudge a zero that is added to the embeddings, so that XLA does not merge a second
   *     evaluation with the first; null for none
   * @return hidden states [N, B, T, C]
   * @throws IllegalArgumentException if the sequences are longer than the model's positions
   */
  public Operand<T> hidden(
      Ops tf,
      Parameters<T> p,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge) {
    return hiddenOf(tf, p, words(tf, p, tokens), lengths, nudge, null);
  }

  /** Emits the same as {@link #hidden}, from the {@link #words} of the tokens. */
  Operand<T> hiddenOf(
      Ops tf,
      Parameters<T> p,
      Operand<T> words,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge,
      @Nullable AttentionMemory<T> memory) {
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
        AttentionBias.causal(tf.withSubScope("mask"), x.type(), ids, lengths); // [N, B, 1, T, T]
    return blocks(tf, p, x, bias, memory);
  }

  /**
   * Emits the blocks and the final layer normalization.
   *
   * @param x embedded tokens [N, B*T, C]
   * @param own bias of the M keys in memory [N, B, 1, T, M]
   * @return hidden states [N, B, T, C]
   */
  Operand<T> blocks(
      Ops tf, Parameters<T> p, Operand<T> x, Operand<T> own, @Nullable AttentionMemory<T> memory) {
    Operand<T> bias = prefix.bias(tf.withSubScope("prefix"), own);
    AttentionMemory<T> all = prefix.before(memory);
    // The residual stream is in float64, like the layer normalizations that read it.
    Operand<TFloat64> stream = wide(tf, x);
    for (int layer = 0; layer < config.nLayer(); layer++) {
      stream = block(tf.withSubScope("h." + layer), p, layer, stream, bias, all);
    }
    x = layerNorm(tf.withSubScope("ln_f"), p, "ln_f", stream, x.type());
    Shape scores = bias.shape();
    return tf.reshape(
        x, tf.constant(new long[] {scores.get(0), scores.get(1), scores.get(3), config.nEmbd()}));
  }

  /**
   * Emits the output head, whose weight is the token embedding.
   *
   * @param hidden [N, M, C], any number M of positions
   * @return logits [N, M, V]
   */
  public Operand<T> logits(Ops tf, Parameters<T> p, Operand<T> hidden) {
    return product.ofTransposed(tf.withSubScope("lm_head"), hidden, p.get("wte.weight"));
  }

  /** Emits the token embeddings of ids [N, B, T]: [N, B, T, C]. */
  Operand<T> words(Ops tf, Parameters<T> p, Operand<TInt32> tokens) {
    return Embedding.rows(tf.withSubScope("embed"), p.get("wte.weight"), tokens);
  }

  /** Adds the position embeddings to the words [N, B, T, C]: [N, B*T, C]. */
  private Operand<T> embed(Ops tf, Parameters<T> p, Operand<T> words) {
    Ops scope = tf.withSubScope("embed");
    long n = words.shape().get(0);
    long b = words.shape().get(1);
    long t = words.shape().get(2);
    long c = config.nEmbd();
    return scope.reshape(
        scope.math.add(words, places(scope, p.get("wpe.weight"), t)),
        scope.constant(new long[] {n, b * t, c}));
  }

  /** Emits the embeddings of T positions [N|1, 1, T, C]. */
  private Operand<T> places(Ops tf, Operand<T> wpe, long t) {
    if (prefix.isEmpty()) {
      long[] size = {wpe.shape().get(0), t, config.nEmbd()};
      Operand<T> first = tf.slice(wpe, tf.constant(new long[3]), tf.constant(size));
      return tf.expandDims(first, tf.constant(1));
    }
    Operand<TInt32> own = tf.range(tf.constant(0), tf.constant((int) t), tf.constant(1));
    return Embedding.rows(tf, wpe, prefix.positions(tf, own, config.nPositions()));
  }

  /** Adds the outputs of attention and MLP to the residual stream x [N, B*T, C]. */
  private Operand<TFloat64> block(
      Ops tf,
      Parameters<T> p,
      int layer,
      Operand<TFloat64> x,
      Operand<T> bias,
      @Nullable AttentionMemory<T> memory) {
    String name = "h." + layer;
    Operand<T> forAttention = layerNorm(tf.withSubScope("ln_1"), p, name + ".ln_1", x, bias.type());
    Operand<T> attended = attention(tf.withSubScope("attn"), p, layer, forAttention, bias, memory);
    x = tf.math.add(x, wide(tf, attended));
    Operand<T> forMlp = layerNorm(tf.withSubScope("ln_2"), p, name + ".ln_2", x, bias.type());
    Operand<T> transformed = mlp(tf.withSubScope("mlp"), p, name + ".mlp", forMlp);
    return tf.math.add(x, wide(tf, transformed));
  }

  private Operand<T> attention(
      Ops tf,
      Parameters<T> p,
      int layer,
      Operand<T> x,
      Operand<T> bias,
      @Nullable AttentionMemory<T> memory) {
    String name = "h." + layer + ".attn";
    Operand<T> qkv =
        linear(tf, p, name + ".c_attn", x, withoutKeys(tf, p.get(name + ".c_attn.bias")));
    Operand<T> mixed = attention.of(tf, qkv, bias, layer, memory); // [N, B*T, C]
    return dropout.apply(tf, linear(tf, p, name + ".c_proj", mixed));
  }

  /**
   * Replaces the part of the keys in the bias [N|1, 3C] of queries, keys and values by 0. A bias of
   * the keys shifts all scores of a query alike, and softmax ignores it: its gradient is exactly 0.
   * Computed with rounding, that 0 would be as large as the epsilon of an inner AdamW.
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

  /** Emits {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))} (arXiv 1606.08415). */
  private Operand<T> gelu(Ops tf, Operand<T> x) {
    Operand<T> cubic =
        tf.math.mul(Scalars.of(tf, x.type(), GELU_CUBIC), tf.math.mul(x, tf.math.square(x)));
    Operand<T> inner = tf.math.mul(Scalars.of(tf, x.type(), SQRT_2_OVER_PI), tf.math.add(x, cubic));
    Operand<T> gate = tf.math.add(Scalars.of(tf, x.type(), 1), tf.math.tanh(inner));
    return tf.math.mul(tf.math.mul(Scalars.of(tf, x.type(), 0.5), x), gate);
  }

  /**
   * Emits {@code (x - mean) / sqrt(variance + eps) * weight + bias} over the last axis, with the
   * biased variance. It is computed in float64 whatever the dtype of the model: it is little work,
   * and after the matrix products its rounding errors affect gradients most.
   */
  private Operand<T> layerNorm(
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

  /** Emits {@code x W + b}, plus the product of {@link Lora} if the layer has one: [N, M, out]. */
  private Operand<T> linear(Ops tf, Parameters<T> p, String name, Operand<T> x) {
    return linear(tf, p, name, x, p.get(name + ".bias"));
  }

  private Operand<T> linear(Ops tf, Parameters<T> p, String name, Operand<T> x, Operand<T> bias) {
    Operand<T> y = product.of(tf, x, p.get(name + ".weight"));
    y = tf.math.add(y, tf.expandDims(bias, tf.constant(1)));
    if (lora != null && p.contains(Lora.factorA(name))) {
      Ops scope = tf.withSubScope("lora");
      Operand<T> low = product.ofTransposed(scope, x, p.get(Lora.factorA(name)));
      Operand<T> high = product.ofTransposed(scope, low, p.get(Lora.factorB(name)));
      y = tf.math.add(y, scope.math.mul(high, Scalars.of(scope, x.type(), lora.scale())));
    }
    return y;
  }
}
