package org.reckoning.graph.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Padded tasks of a pass and the seed of its dropout masks.
 *
 * @param facts facts of the inner loss
 * @param relevant 1 for a fact that a question needs, else 0 [N, F]
 * @param questions questions of the outer loss
 * @param weights weight of each task in the outer loss, 0 for padding [N]
 * @param seed seed of dropout, a scalar; null without dropout
 * @param prefixes prefixes of the questions; null if the questions have none
 */
public record TaskInputs<T extends TNumber>(
    Facts<T> facts,
    Operand<T> relevant,
    Questions questions,
    Operand<T> weights,
    @Nullable Operand<TInt64> seed,
    @Nullable Prefixes prefixes) {
  /** Name of the dropout seed among named tensors. */
  public static final String SEED = "seed";

  private static final String RELEVANT = "facts/relevant";
  private static final String WEIGHTS = "task_weights";

  /** Returns the arguments of a segment that reads whole tasks. */
  public static Specs specs(TaskModel<?> model) {
    Shape facts = Shape.of(model.shape().tasks(), model.shape().facts());
    return new Specs()
        .all(Facts.specs(model))
        .tensor(SEED, TInt64.class, Shape.scalar())
        .tensor(RELEVANT, model.type(), facts)
        .all(Questions.specs(model.shape()))
        .tensor(WEIGHTS, model.type(), facts.take(1))
        .all(Prefixes.specs(model.shape()));
  }

  /** Reads the tasks from the arguments of a segment. */
  public static <T extends TNumber> TaskInputs<T> of(Tensors in, Class<T> type) {
    return new TaskInputs<>(
        Facts.of(in, type),
        in.get(RELEVANT, type),
        Questions.of(in),
        in.get(WEIGHTS, type),
        in.contains(SEED) ? in.get(SEED, TInt64.class) : null,
        Prefixes.areIn(in) ? Prefixes.of(in) : null);
  }

  /** Emits placeholders for the tensors of a batch. */
  public static <T extends TNumber> TaskInputs<T> placeholders(Ops tf, TaskModel<T> model) {
    return of(specs(model).placeholders(tf), model.type());
  }

  /** Returns the tasks as named arguments of a segment. */
  public Tensors named() {
    Tensors named =
        facts.named().put(RELEVANT, relevant).putAll(questions.named()).put(WEIGHTS, weights);
    if (seed != null) {
      named.put(SEED, seed);
    }
    return prefixes == null ? named : named.putAll(prefixes.named());
  }

  /** Returns a copy with another seed, or without a seed. */
  public TaskInputs<T> withSeed(@Nullable Operand<TInt64> value) {
    return new TaskInputs<>(facts, relevant, questions, weights, value, prefixes);
  }

  /** Returns the seed, which must be present. */
  public Operand<TInt64> requireSeed() {
    return Objects.requireNonNull(seed, "these tasks have no seed for dropout");
  }
}
