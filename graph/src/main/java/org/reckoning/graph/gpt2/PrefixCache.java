package org.reckoning.graph.gpt2;

import java.util.List;
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
 * Keys and values of a prefix: a text that all texts of a task continue, such as facts in a prompt.
 * The texts share one copy, and its tokens are computed once.
 *
 * @param cache the cache of the prefixes, from {@link CachedGpt2#read} [N, 1, H, P, D]; empty for
 *     texts without a prefix
 * @param lengths number of tokens of each prefix [N, 1]; null for texts without a prefix
 */
public record PrefixCache<T extends TNumber>(
    Map<String, Operand<T>> cache, @Nullable Operand<TInt32> lengths) {

  /** Returns the prefix of zero length. It changes no graph. */
  public static <T extends TNumber> PrefixCache<T> none() {
    return new PrefixCache<>(Map.of(), null);
  }

  /** Returns whether the texts have no prefix. */
  public boolean isEmpty() {
    return lengths == null;
  }

  /** Emits the numbers of tokens of texts with their prefixes [N, B], from those without. */
  public Operand<TInt32> ends(Ops tf, Operand<TInt32> withoutPrefix) {
    return lengths == null ? withoutPrefix : tf.math.add(withoutPrefix, lengths);
  }

  /**
   * Emits positions that count from the start of the prefix [N, B, T].
   *
   * @param own positions that count from its end [N, B, T], or some of these axes
   * @param positions number of positions of the model; padding may exceed them
   */
  Operand<TInt32> positions(Ops tf, Operand<TInt32> own, long positions) {
    if (lengths == null) {
      return own;
    }
    Operand<TInt32> all = tf.math.add(own, tf.expandDims(lengths, tf.constant(-1)));
    return tf.math.minimum(all, tf.constant((int) positions - 1));
  }

  /**
   * Emits the bias of the keys of the prefix, followed by that of other keys: [N, B, 1, T, P+M].
   *
   * @param own bias of the other keys [N, B, 1, T, M]
   */
  Operand<T> bias(Ops tf, Operand<T> own) {
    if (lengths == null) {
      return own;
    }
    Shape shape = own.shape();
    long n = shape.get(0);
    long slots = entries(0).keys().shape().get(3);
    Operand<TInt32> slot = tf.range(tf.constant(0), tf.constant((int) slots), tf.constant(1));
    Operand<TBool> real =
        tf.math.less(slot, tf.reshape(lengths, tf.constant(new long[] {n, 1, 1, 1, 1})));
    Operand<T> bias =
        tf.broadcastTo(
            AttentionBias.of(tf, real, own.type()),
            tf.constant(new long[] {n, shape.get(1), 1, shape.get(3), slots}));
    return tf.concat(List.of(bias, own), tf.constant(-1));
  }

  /**
   * Returns a memory in which this prefix precedes the entries of another memory.
   *
   * @param memory the other memory, or null for the tokens of the pass
   */
  @Nullable AttentionMemory<T> before(@Nullable AttentionMemory<T> memory) {
    if (isEmpty()) {
      return memory;
    }
    return (tf, layer, own) -> {
      AttentionMemory.Entries<T> seen = memory == null ? own : memory.visible(tf, layer, own);
      return new AttentionMemory.Entries<>(seen.keys(), seen.values(), entries(layer));
    };
  }

  private AttentionMemory.Entries<T> entries(int layer) {
    return new AttentionMemory.Entries<>(
        Objects.requireNonNull(cache.get(CachedGpt2.keys(layer))),
        Objects.requireNonNull(cache.get(CachedGpt2.values(layer))));
  }
}
