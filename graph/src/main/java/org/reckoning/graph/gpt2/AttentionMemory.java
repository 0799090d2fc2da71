package org.reckoning.graph.gpt2;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** What the queries of a block meet. In a plain pass that is what its own tokens offer. */
@FunctionalInterface
interface AttentionMemory<T extends TNumber> {
  /** Keys and values of M tokens [N, B, H, M, D]. */
  record Entries<T extends TNumber>(Operand<T> keys, Operand<T> values) {}

  /**
   * Returns the entries that queries meet.
   *
   * @param layer number of the block
   * @param own entries of the tokens that go through the model
   */
  Entries<T> visible(Ops tf, int layer, Entries<T> own);
}
