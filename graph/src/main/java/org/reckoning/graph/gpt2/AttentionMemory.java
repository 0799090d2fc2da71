package org.reckoning.graph.gpt2;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The keys and values that the queries of a block attend to. In a plain pass they are those of the
 * pass's own tokens; {@link CachedGpt2} adds those of earlier tokens.
 */
@FunctionalInterface
interface AttentionMemory<T extends TNumber> {
  /** The keys and the values of M tokens, each [N, B, H, M, D]. */
  record Entries<T extends TNumber>(Operand<T> keys, Operand<T> values) {}

  /**
   * Returns the entries that the queries of a block attend to.
   *
   * @param layer number of the block
   * @param own entries of the tokens of this pass
   */
  Entries<T> visible(Ops tf, int layer, Entries<T> own);
}
