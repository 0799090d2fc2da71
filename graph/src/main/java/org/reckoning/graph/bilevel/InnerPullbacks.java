package org.reckoning.graph.bilevel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** The way back through the inner loop, and what it needs from the way forward. */
sealed interface InnerPullbacks<T extends TNumber> permits InnerStepPullback, ReplayedPullback {
  /**
   * The pullback that keeps one copy of the weights an inner step, whatever the optimizer: theta_k
   * where it has no state, else g_k.
   *
   * @param updates U in blocks; null if U has no state
   */
  static <T extends TNumber> InnerPullbacks<T> of(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates) {
    return updates == null
        ? new InnerStepPullback<>(model)
        : new ReplayedPullback<>(model, updates);
  }

  /** Returns the segments, in the order of the picture. */
  List<Segment> segments();

  /** Returns whether the inner steps are to return their gradients. */
  boolean needsGradients();

  /**
   * Emits the pullback of step {@code k}.
   *
   * @param loop the way forward
   * @param cotangents {@code d_theta/NAME}, {@code d_state/SLOT/NAME} of what the step returns, and
   *     {@code d_shared/NAME}, all of it so far
   * @return the same of what the step reads, and {@code d_rates} [J] if rates are learned
   */
  Tensors pull(Ops tf, int k, InnerLoop<T> loop, Tensors cotangents);
}
