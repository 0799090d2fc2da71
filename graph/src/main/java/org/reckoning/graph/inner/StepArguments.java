package org.reckoning.graph.inner;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Arguments of an inner step and of its pullback.
 *
 * @param iterate theta_k and the state of the inner optimizer
 * @param shared shared weights, which the inner loop does not adapt [1, ...]
 * @param rates inner rates of this step, one for each adapted weight [J]
 * @param step number of this step, starting at 1, a scalar
 * @param facts facts of the inner loss in micro-batches, or all facts alone
 * @param seed seed of this step's dropout, a scalar; null without dropout
 */
public record StepArguments<T extends TNumber>(
    Iterate<T> iterate,
    Map<String, Operand<T>> shared,
    Operand<T> rates,
    Operand<T> step,
    List<Facts<T>> facts,
    @Nullable Operand<TInt64> seed) {

  /** Returns the arguments of a segment that makes an inner step on all its facts. */
  static Specs specs(TaskModel<?> model) {
    return new Specs()
        .all(Weights.specs(model))
        .all(Iterate.stateSpecs(model.slots(), model.thetaShapes(), model.type()))
        .tensor(RuleArguments.RATES, model.type(), Shape.of(model.layout().adapted().size()))
        .tensor(RuleArguments.STEP, model.type(), Shape.scalar())
        .all(Facts.specs(model))
        .tensor(TaskInputs.SEED, TInt64.class, Shape.scalar());
  }

  /** Reads the arguments of a segment that makes an inner step. */
  static <T extends TNumber> StepArguments<T> of(Tensors in, TaskModel<T> model) {
    return new StepArguments<>(
        Iterate.of(in, model.slots(), model.type()),
        in.under(Weights.SHARED, model.type()),
        in.get(RuleArguments.RATES, model.type()),
        in.get(RuleArguments.STEP, model.type()),
        List.of(Facts.of(in, model.type())),
        in.get(TaskInputs.SEED, TInt64.class));
  }

  /** Returns the arguments by name, for a segment. */
  Tensors named() {
    Tensors named =
        iterate
            .named()
            .putAll(Weights.SHARED, shared)
            .put(RuleArguments.RATES, rates)
            .put(RuleArguments.STEP, step)
            .putAll(onlyFacts().named());
    return seed == null ? named : named.put(TaskInputs.SEED, seed);
  }

  /** Returns the facts of a step that takes them at once. */
  Facts<T> onlyFacts() {
    if (facts.size() > 1) {
      throw new IllegalStateException(
          "this step takes all facts at once but has %d micro-batches".formatted(facts.size()));
    }
    return facts.get(0);
  }

  /** Emits the arguments for one micro-batch, which has its own seed of dropout. */
  StepArguments<T> microBatch(Ops tf, int i) {
    return facts.size() == 1
        ? this
        : new StepArguments<>(
            iterate,
            shared,
            rates,
            step,
            List.of(facts.get(i)),
            seed == null ? null : RandomSeed.of(tf, seed, "micro-batch", i));
  }

  /** Returns the weights of the model before this step. */
  Weights<T> weights() {
    return new Weights<>(iterate.theta(), shared);
  }

  /** Returns the arguments of the update rule. */
  RuleArguments<T> rule(Map<String, Operand<T>> gradient) {
    return new RuleArguments<>(iterate, rates, step, gradient);
  }
}
