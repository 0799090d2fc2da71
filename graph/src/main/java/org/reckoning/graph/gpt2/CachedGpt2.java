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
 * GPT-2 that keeps the keys and values of the tokens that it has read, so that the next token of a
 * text of any length costs the pass of one token. It has the blocks of {@link Gpt2} and so its
 * numbers. No dropout.
 *
 * <p>The cache has S slots a text; the token at position i is in slot i:
 *
 * <pre>{@code
 * h.0.keys, h.0.values, h.1.keys, ...   [N, B, H, S, D]
 * }</pre>
 */
public final class CachedGpt2<T extends TNumber> {
  private final Gpt2Config config;
  private final Gpt2<T> model;

  /** What comes out of reading one more token. */
  public record Step<T extends TNumber>(Operand<T> hidden, Map<String, Operand<T>> cache) {}

  /**
   * @param lora the low-rank factors that the parameters hold, or null
   */
  public CachedGpt2(Gpt2Config config, @Nullable Lora lora) {
    this.config = config;
    this.model = new Gpt2<>(config, lora, Dropout.none());
  }

  /** Returns the shapes of the cache of N tasks of B texts of at most S tokens. */
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
   * Reads texts.
   *
   * @param tokens ids [N, B, S], padded on the right; what is in the cache for padding is never
   *     seen if the next tokens are put into its slots
   * @param lengths how many of them are real [N, B]
   * @return the cache
   * @throws IllegalArgumentException if the texts are longer than the model's positions
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
   * Reads one more token of each text.
   *
   * @param cache of all tokens before
   * @param tokens ids [N, B]
   * @param positions where they are in their texts [N, B]
   * @return hidden states [N, B, C] after the token, and the cache with it
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
    Operand<T> word = model.rows(embed, p.get("wte.weight"), column(embed, tokens));
    Operand<T> place = model.rows(embed, p.get("wpe.weight"), column(embed, positions));
    Operand<T> x = embed.reshape(embed.math.add(word, place), embed.constant(new long[] {n, b, c}));

    Ops mask = tf.withSubScope("mask");
    long s = Objects.requireNonNull(cache.get(keys(0))).shape().get(3);
    Operand<TInt32> slot = mask.range(mask.constant(0), mask.constant((int) s), mask.constant(1));
    Operand<TInt32> position =
        mask.reshape(positions, mask.constant(new long[] {n, b, 1, 1, 1})); // and slot is [S]
    Operand<T> bias = model.biasOf(mask, mask.math.lessEqual(slot, position), x.type());
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

  /** The output head: hidden states [N, M, C] to logits [N, M, V]. */
  public Operand<T> logits(Ops tf, Parameters<T> p, Operand<T> hidden) {
    return model.logits(tf, p, hidden);
  }

  private static Operand<TInt32> column(Ops tf, Operand<TInt32> x) {
    return tf.expandDims(x, tf.constant(-1));
  }

  private static String keys(int layer) {
    return "h." + layer + ".keys";
  }

  private static String values(int layer) {
    return "h." + layer + ".values";
  }
}
