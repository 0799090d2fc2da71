package org.reckoning.graph.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Padded facts of the tasks of a pass, or a micro-batch of them.
 *
 * @param tokens token ids [N, F, T]
 * @param lengths number of tokens of each fact, 0 for padding [N, F]
 * @param targets 1 for each scored token, else 0 [N, F, T]
 * @param scoredOfTask number of facts of the whole task that have a target token, at least 1 [N];
 *     null if these are all facts
 */
public record Facts<T extends TNumber>(
    Operand<TInt32> tokens,
    Operand<TInt32> lengths,
    Operand<T> targets,
    @Nullable Operand<T> scoredOfTask) {
  private static final String TOKENS = "facts/tokens";
  private static final String LENGTHS = "facts/lengths";
  private static final String TARGETS = "facts/targets";
  private static final String NUMBER = "facts/number";

  /** Returns all facts of the tasks. */
  public Facts(Operand<TInt32> tokens, Operand<TInt32> lengths, Operand<T> targets) {
    this(tokens, lengths, targets, null);
  }

  /** Returns the arguments of a segment that reads facts. */
  public static Specs specs(TaskModel<?> model) {
    TaskShape shape = model.shape();
    Shape tokens = Shape.of(shape.tasks(), shape.facts(), shape.factTokens());
    Specs specs =
        new Specs()
            .tensor(TOKENS, TInt32.class, tokens)
            .tensor(LENGTHS, TInt32.class, tokens.take(2))
            .tensor(TARGETS, model.type(), tokens);
    return model.isMicroBatch() ? specs.tensor(NUMBER, model.type(), tokens.take(1)) : specs;
  }

  /** Reads the facts from the arguments of a segment. */
  public static <T extends TNumber> Facts<T> of(Tensors in, Class<T> type) {
    return new Facts<>(
        in.get(TOKENS, TInt32.class),
        in.get(LENGTHS, TInt32.class),
        in.get(TARGETS, type),
        in.contains(NUMBER) ? in.get(NUMBER, type) : null);
  }

  /** Returns the facts as named arguments of a segment. */
  public Tensors named() {
    Tensors named = new Tensors().put(TOKENS, tokens).put(LENGTHS, lengths).put(TARGETS, targets);
    return scoredOfTask == null ? named : named.put(NUMBER, scoredOfTask);
  }

  /**
   * Emits the micro-batches of these facts; a list of one element if the model takes all facts at
   * once.
   */
  public List<Facts<T>> microBatches(Ops tf, TaskModel<T> model) {
    if (!model.splitsFacts()) {
      return List.of(this);
    }
    Operand<T> ofTask = LanguageModelLoss.scoredSequences(tf, targets);
    List<Operand<TInt32>> tokenParts = model.microBatches(tf, tokens);
    List<Operand<TInt32>> lengthParts = model.microBatches(tf, lengths);
    List<Operand<T>> targetParts = model.microBatches(tf, targets);
    List<Facts<T>> parts = new ArrayList<>();
    for (int i = 0; i < tokenParts.size(); i++) {
      parts.add(new Facts<>(tokenParts.get(i), lengthParts.get(i), targetParts.get(i), ofTask));
    }
    return parts;
  }
}
