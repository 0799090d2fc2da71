package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * An inner step: {@code (theta_k, s_k, rates_k, facts) -> (theta_k+1, s_k+1, inner loss at
 * theta_k)}, with {@code g = grad L_in(theta_k)} and {@code (theta_k+1, s_k+1) = U(theta_k, s_k, g,
 * rates_k)}.
 *
 * <p>Without optimizer state it is one segment, {@code inner_step}. With state, the segment {@code
 * inner_gradient} makes g, and U is done block by block, so that old and new state of one block
 * alone are in memory together.
 */
final class InnerStep<T extends TNumber> {
  private final TaskModel<T> model;
  private final Segment segment;
  private final @Nullable BlockUpdates<T> updates;

  private InnerStep(TaskModel<T> model, Segment segment, @Nullable BlockUpdates<T> updates) {
    this.model = model;
    this.segment = segment;
    this.updates = updates;
  }

  /**
   * The step of training, dropout on.
   *
   * @param updates U in blocks; null if U has no state
   * @param keepGradient whether to return g too, which some pullbacks read
   */
  static <T extends TNumber> InnerStep<T> ofTraining(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates, boolean keepGradient) {
    String name = updates == null ? "inner_step" : "inner_gradient";
    return define(name, model, updates, keepGradient, model.config().innerDropout());
  }

  /** The step of an evaluation, dropout off. */
  static <T extends TNumber> InnerStep<T> ofEvaluation(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates) {
    String name = updates == null ? "inner_step_evaluation" : "inner_gradient_evaluation";
    return define(name, model, updates, false, 0);
  }

  private static <T extends TNumber> InnerStep<T> define(
      String name,
      TaskModel<T> model,
      @Nullable BlockUpdates<T> updates,
      boolean keepGradient,
      double dropout) {
    Specs specs =
        new Specs().all(model.weightSpecs()).all(model.stepSpecs()).all(model.factSpecs());
    boolean updatesInside = updates == null;
    Segment segment =
        Segment.define(
            name,
            specs,
            List.of(),
            (tf, in) ->
                build(tf, model, in, updatesInside, keepGradient || !updatesInside, dropout));
    return new InnerStep<>(model, segment, updates);
  }

  /** Returns whether the step has dropout, and so reads a seed. */
  boolean drops() {
    return segment.passedArguments().contains("seed");
  }

  List<Segment> segments() {
    List<Segment> segments = new ArrayList<>(List.of(segment));
    if (updates != null) {
      segments.addAll(updates.updates());
    }
    return segments;
  }

  /**
   * Emits a step.
   *
   * @param arguments those of {@link TaskModel}
   * @return {@code loss} [N], {@code theta/NAME}, {@code state/SLOT/NAME} and, where it is asked
   *     for or U is done in blocks, {@code gradient/NAME}
   */
  Tensors call(Ops tf, Tensors arguments) {
    Tensors out = model.call(tf, segment, arguments);
    if (updates != null) {
      Map<String, Operand<T>> gradients = out.under("gradient", model.type());
      for (WeightBlock block : updates.blocks()) {
        Ops scope = tf.withSubScope(block.scope());
        Tensors own =
            block
                .local(arguments, "theta", "state")
                .putAll(updates.step(scope, block, arguments, gradients));
        out.putAll(block.global(updates.update(scope, block, own), "theta", "state"));
      }
    }
    return out;
  }

  private static <T extends TNumber> Tensors build(
      Ops tf,
      TaskModel<T> model,
      Tensors in,
      boolean update,
      boolean keepGradient,
      double dropout) {
    Class<T> type = model.type();
    Operand<T> mask = in.get("facts/targets", type);
    Operand<T> loss =
        model.facts(tf, in, dropout, null).taskLosses(tf.withSubScope("inner_loss"), mask); // [N]
    Map<String, Operand<T>> theta = in.under("theta", type);
    Tangents g =
        Differentiator.standard()
            .gradients(tf.withSubScope("gradient"), loss, List.copyOf(theta.values()));

    List<Operand<T>> gradients = new ArrayList<>();
    for (int j = 0; j < theta.size(); j++) {
      gradients.add(g.orZero(j).asOutput().expect(type));
    }
    Tensors out = new Tensors().put("loss", loss);
    if (update) {
      out.putAll(model.update().apply(tf.withSubScope("update"), in, gradients));
    }
    if (keepGradient) {
      int j = 0;
      for (String name : theta.keySet()) {
        out.put("gradient/" + name, gradients.get(j++));
      }
    }
    return out;
  }
}
