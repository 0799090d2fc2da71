package org.reckoning.graph.model;

import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Padded facts of the tasks of a pass.
 *
 * @param tokens token ids [N, F, T]
 * @param lengths number of tokens of each fact, 0 for padding [N, F]
 * @param targets 1 for each scored token, else 0 [N, F, T]
 */
public record Facts<T extends TNumber>(
    Operand<TInt32> tokens, Operand<TInt32> lengths, Operand<T> targets) {
  private static final String TOKENS = "facts/tokens";
  private static final String LENGTHS = "facts/lengths";
  private static final String TARGETS = "facts/targets";

  /** Returns the arguments of a segment that reads facts. */
  public static Specs specs(TaskModel<?> model) {
    TaskShape shape = model.shape();
    Shape tokens = Shape.of(shape.tasks(), shape.facts(), shape.factTokens());
    return new Specs()
        .tensor(TOKENS, TInt32.class, tokens)
        .tensor(LENGTHS, TInt32.class, tokens.take(2))
        .tensor(TARGETS, model.type(), tokens);
  }

  /** Reads the facts from the arguments of a segment. */
  public static <T extends TNumber> Facts<T> of(Tensors in, Class<T> type) {
    return new Facts<>(
        in.get(TOKENS, TInt32.class), in.get(LENGTHS, TInt32.class), in.get(TARGETS, type));
  }

  /** Returns the facts as named arguments of a segment. */
  public Tensors named() {
    return new Tensors().put(TOKENS, tokens).put(LENGTHS, lengths).put(TARGETS, targets);
  }
}
