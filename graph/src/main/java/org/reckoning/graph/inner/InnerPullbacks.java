package org.reckoning.graph.inner;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Segment;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** The backward pass through the inner loop and its requirements on the forward pass. */
public sealed interface InnerPullbacks<T extends TNumber>
    permits InnerStepPullback, ReplayedPullback {
  /**
   * Returns the pullback for U in one segment, which reads theta_k of each step, or for U in
   * blocks, which reads g_k.
   *
   * @param updates U in blocks; null if U has no state and a step takes all facts at once
   * @param products shapes of the products that the inner steps keep, by name
   */
  static <T extends TNumber> InnerPullbacks<T> of(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates, Map<String, Shape> products) {
    return updates == null
        ? new InnerStepPullback<>(model, products)
        : new ReplayedPullback<>(model, updates, products);
  }

  /** Returns whether the pullbacks of a model read the gradients of inner steps. */
  static boolean needGradients(TaskModel<?> model) {
    return !model.slots().isEmpty() || model.splitsFacts() || model.anyFirstOrder();
  }

  /** Returns the segments in the order of their calls. */
  List<Segment> segments();

  /**
   * Emits the pullback of step {@code k}.
   *
   * @param forward results of the forward pass
   * @param cotangents cotangents of the results of the step
   */
  PulledStep<T> pull(Ops tf, int k, InnerTrajectory<T> forward, Cotangents<T> cotangents);

  /**
   * The result of a pullback.
   *
   * @param cotangents cotangents of the arguments of the step
   * @param rates cotangents of the rates of the step [J]; null if no rate is learned
   */
  record PulledStep<T extends TNumber>(Cotangents<T> cotangents, @Nullable Operand<T> rates) {}
}
