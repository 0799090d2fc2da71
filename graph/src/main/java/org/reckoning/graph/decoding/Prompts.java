package org.reckoning.graph.decoding;

import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Texts for a decoder to continue, in rows of S tokens.
 *
 * @param tokens token ids [N, Q, S]
 * @param lengths number of tokens of each text, 0 for padding [N, Q]
 * @param tasks task numbers, from which the random draws derive [N]
 */
public record Prompts(Operand<TInt32> tokens, Operand<TInt32> lengths, Operand<TInt64> tasks) {
  static final String TOKENS = "tokens";
  static final String LENGTHS = "lengths";
  static final String TASKS = "tasks";

  /** Returns the arguments of a segment that reads texts of a shape [N, Q, S]. */
  static Specs specs(Shape texts) {
    return new Specs()
        .tensor(TOKENS, TInt32.class, texts)
        .tensor(LENGTHS, TInt32.class, texts.take(2))
        .tensor(TASKS, TInt64.class, texts.take(1));
  }

  /** Reads the texts from the arguments of a segment. */
  static Prompts of(Tensors in) {
    return new Prompts(
        in.get(TOKENS, TInt32.class), in.get(LENGTHS, TInt32.class), in.get(TASKS, TInt64.class));
  }

  /** Returns the texts as named arguments of a segment. */
  Tensors named() {
    return new Tensors().put(TOKENS, tokens).put(LENGTHS, lengths).put(TASKS, tasks);
  }
}
