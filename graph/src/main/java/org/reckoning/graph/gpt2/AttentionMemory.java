package org.reckoning.graph.gpt2;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The keys and values that the queries of a block attend to. In a plain pass they are those of the
 * pass's own tokens; {@link CachedGpt2} adds those of earlier tokens, and {@link PrefixCache} those
 * of a prefix.
 */
@FunctionalInterface
interface AttentionMemory<T extends TNumber> {
  /**
   * The keys and the values of M tokens, each [N, B, H, M, D].
   *
   * @param prefix entries of P tokens before them that all texts of a task share [N, 1, H, P, D];
   *     null for none
   */
  record Entries<T extends TNumber>(
      Operand<T> keys, Operand<T> values, @Nullable Entries<T> prefix) {
    Entries(Operand<T> keys, Operand<T> values) {
      this(keys, values, null);
    }
  }

  /**
   * Returns the entries that the queries of a block attend to.
   *
   * @param layer number of the block
   * @param own entries of the tokens of this pass
   */
  Entries<T> visible(Ops tf, int layer, Entries<T> own);
}
