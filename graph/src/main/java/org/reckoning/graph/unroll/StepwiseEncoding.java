package org.reckoning.graph.unroll;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.inner.BlockUpdates;
import org.reckoning.graph.inner.InnerStep;
import org.reckoning.graph.inner.Iterate;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The parts of an inner loop on micro-batches of facts, for a host that runs them one after another
 * and keeps the tensors between them. The graph does not depend on the number of facts.
 *
 * <pre>{@code
 * for each inner step:
 *   sums = 0; for each micro-batch: sums = plus(sums, theta, micro-batch)
 *   for each block of weights: (theta, state) = update(theta, state, sums.gradient)
 * loss = 0; for each micro-batch: loss = plus(loss, theta, micro-batch)
 * }</pre>
 */
public final class StepwiseEncoding<T extends TNumber> {
  private final BlockUpdates<T> updates;
  private final InnerStep<T> step;
  private final FactSums<T> losses;

  /**
   * Sums over micro-batches.
   *
   * @param loss inner loss [N]
   * @param gradient gradient of the inner loss, by name [N, ...]
   */
  public record Sums<T extends TNumber>(Operand<T> loss, Map<String, Operand<T>> gradient) {}

  /**
   * Defines the segments.
   *
   * @param model a model with more facts than a micro-batch has
   */
  public StepwiseEncoding(TaskModel<T> model) {
    updates = new BlockUpdates<>(model, false);
    step = InnerStep.withoutDropout(model, updates);
    losses = new FactSums<>(model, FactSums.Parts.INNER);
  }

  /** Emits the sums of loss and gradient with those of one more micro-batch. */
  public Sums<T> plus(Ops tf, Sums<T> before, Weights<T> weights, Facts<T> microBatch) {
    InnerStep.Result<T> after =
        step.plus(
            tf,
            InnerStep.sums(before.loss(), before.gradient()),
            weights.named().putAll(microBatch.named()));
    return new Sums<>(after.loss(), after.gradient());
  }

  /** Emits the sum of the inner loss with that of one more micro-batch [N]. */
  public Operand<T> plus(Ops tf, Operand<T> before, Weights<T> weights, Facts<T> microBatch) {
    return losses.innerLoss(tf, weights, microBatch, before);
  }

  /**
   * Emits the update of an inner step, a part for each block of weights.
   *
   * @param iterate weights and state of the inner optimizer before the step
   * @param gradient gradient of the inner loss over all facts
   * @param rates inner rates of the step [J]
   * @param number number of the step, starting at 1, a scalar
   * @return the new weights and states of each block
   */
  public List<Iterate<T>> updates(
      Ops tf,
      Iterate<T> iterate,
      Map<String, Operand<T>> gradient,
      Operand<T> rates,
      Operand<T> number) {
    return updates.ofStep(tf, iterate, gradient, rates, number);
  }
}
