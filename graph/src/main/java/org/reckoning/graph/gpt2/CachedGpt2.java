package org.reckoning.graph.gpt2;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * GPT-2 with a cache of keys and values: the next token of a text of any length costs a pass of one
 * token. It runs the blocks of {@link Gpt2}, so its numbers are the same. It has no dropout.
 *
 * <p>The cache has S slots for each text. The token at position i is in slot i:
 *
 * <pre>{@code
 * h.0.keys, h.0.values, h.1.keys, ...   [N, B, H, S, D]
 * }</pre>
 */
public final class CachedGpt2<T extends TNumber> {
  private final Gpt2Config config;
  private final Gpt2<T> model;
  private final PrefixCache<T> prefix;

  /**
   * Result of reading one more token.
   *
   * @param hidden hidden states [N, B, C] after the token
   * @param cache the cache with the token
   */
  public record Step<T extends TNumber>(Operand<T> hidden, Map<String, Operand<T>> cache) {}

  /** Creates a model whose products are in its own dtype. */
  public CachedGpt2(Gpt2Config config, @Nullable Lora lora) {
    this(config, lora, MatmulDtype.FLOAT32);
  }

  /**
   * Creates a model; its weights are passed to every call.
   *
   * @param lora settings of the low-rank factors among the parameters, or null for none
   * @param products dtype of the products of activations and weights
   */
  public CachedGpt2(Gpt2Config config, @Nullable Lora lora, MatmulDtype products) {
    this(config, new Gpt2<>(config, lora, Dropout.none(), products), PrefixCache.none());
  }

  private CachedGpt2(Gpt2Config config, Gpt2<T> model, PrefixCache<T> prefix) {
    this.config = config;
    this.model = model.after(prefix);
    this.prefix = prefix;
  }

  /**
   * Returns this model for texts that continue a prefix. Their positions count from its end, and
   * their cache is without it.
   */
  public CachedGpt2<T> after(PrefixCache<T> other) {
    return new CachedGpt2<>(config, model, other);
  }

  /** Returns the shapes of the cache for N tasks of B texts of at most S tokens. */
  public Map<String, Shape> shapes(long n, long b, long s) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (int layer = 0; layer < config.nLayer(); layer++) {
      Shape shape = Shape.of(n, b, config.nHead(), s, config.headDim());
      shapes.put(keys(layer), shape);
      shapes.put(values(layer), shape);
    }
    return shapes;
  }

  /**
   * Emits the cache of texts.
   *
   * @param tokens ids [N, B, S], padded on the right; the next tokens overwrite the cache slots of
   *     the padding before they are seen
   * @param lengths number of real tokens of each text [N, B]
   * @return the cache
   * @throws IllegalArgumentException if S is larger than the number of positions of the model
   */
  public Map<String, Operand<T>> read(
      Ops tf, Parameters<T> p, Operand<TInt32> tokens, Operand<TInt32> lengths) {
    Map<String, Operand<T>> cache = new LinkedHashMap<>();
    model.hiddenOf(
        tf,
        p,
        model.words(tf, p, tokens),
        lengths,
        null,
        (scope, layer, own) -> {
          cache.put(keys(layer), own.keys());
          cache.put(values(layer), own.values());
          return own;
        });
    return cache;
  }

  /**
   * Emits the pass of one more token of each text.
   *
   * @param cache the cache of all earlier tokens
   * @param tokens ids of the tokens [N, B]
   * @param positions positions of the tokens in their texts [N, B]
   */
  public Step<T> next(
      Ops tf,
      Parameters<T> p,
      Map<String, Operand<T>> cache,
      Operand<TInt32> tokens,
      Operand<TInt32> positions) {
    long n = tokens.shape().get(0);
    long b = tokens.shape().get(1);
    long c = config.nEmbd();
    Ops embed = tf.withSubScope("embed");
    Operand<T> word = Embedding.rows(embed, p.get("wte.weight"), column(embed, tokens));
    Operand<T> place =
        Embedding.rows(
            embed,
            p.get("wpe.weight"),
            prefix.positions(embed, column(embed, positions), config.nPositions()));
    Operand<T> x = embed.reshape(embed.math.add(word, place), embed.constant(new long[] {n, b, c}));

    Ops mask = tf.withSubScope("mask");
    long s = Objects.requireNonNull(cache.get(keys(0))).shape().get(3);
    Operand<TInt32> slot = mask.range(mask.constant(0), mask.constant((int) s), mask.constant(1));
    Operand<TInt32> position = // broadcast against slot [S]
        mask.reshape(positions, mask.constant(new long[] {n, b, 1, 1, 1}));
    Operand<T> bias = AttentionBias.of(mask, mask.math.lessEqual(slot, position), x.type());
    Operand<TBool> here =
        mask.reshape(mask.math.equal(slot, position), mask.constant(new long[] {n, b, 1, s, 1}));

    Map<String, Operand<T>> longer = new LinkedHashMap<>();
    Operand<T> hidden =
        model.blocks(
            tf,
            p,
            x,
            bias, // [N, B, 1, 1, S]
            (scope, layer, own) -> {
              var keys =
                  scope.select(here, own.keys(), Objects.requireNonNull(cache.get(keys(layer))));
              var values =
                  scope.select(
                      here, own.values(), Objects.requireNonNull(cache.get(values(layer))));
              longer.put(keys(layer), keys);
              longer.put(values(layer), values);
              return new AttentionMemory.Entries<>(keys, values);
            });
    return new Step<>(tf.reshape(hidden, tf.constant(new long[] {n, b, c})), longer);
  }

  /** Emits the output head: logits [N, M, V] of hidden states [N, M, C]. */
  public Operand<T> logits(Ops tf, Parameters<T> p, Operand<T> hidden) {
    return model.logits(tf, p, hidden);
  }

  private static Operand<TInt32> column(Ops tf, Operand<TInt32> x) {
    return tf.expandDims(x, tf.constant(-1));
  }

  static String keys(int layer) {
    return "h." + layer + ".keys";
  }

  static String values(int layer) {
    return "h." + layer + ".values";
  }
}
