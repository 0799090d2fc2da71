package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The segment {@code inner_step}: {@code (theta_k, s_k, rates_k, facts) -> (theta_k+1, s_k+1, inner
 * loss at theta_k)}, with {@code g = grad L_in(theta_k)} and {@code (theta_k+1, s_k+1) = U(theta_k,
 * s_k, g, rates_k)}.
 */
final class InnerStep {
  private InnerStep() {}

  /**
   * The step of training, dropout on.
   *
   * @param keepGradient whether to return g too, which a first-order pullback reads
   */
  static <T extends TNumber> Segment define(TaskModel<T> model, boolean keepGradient) {
    return define("inner_step", model, keepGradient, model.config().innerDropout());
  }

  /** The step of an evaluation, dropout off. */
  static <T extends TNumber> Segment defineEvaluation(TaskModel<T> model) {
    return define("inner_step_evaluation", model, false, 0);
  }

  private static <T extends TNumber> Segment define(
      String name, TaskModel<T> model, boolean keepGradient, double dropout) {
    Specs specs =
        new Specs().all(model.weightSpecs()).all(model.stepSpecs()).all(model.factSpecs());
    return Segment.define(
        name, specs, List.of(), (tf, in) -> build(tf, model, in, keepGradient, dropout));
  }

  private static <T extends TNumber> Tensors build(
      Ops tf, TaskModel<T> model, Tensors in, boolean keepGradient, double dropout) {
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
    Tensors out =
        new Tensors()
            .put("loss", loss)
            .putAll(model.update().apply(tf.withSubScope("update"), in, gradients));
    if (keepGradient) {
      int j = 0;
      for (String name : theta.keySet()) {
        out.put("gradient/" + name, gradients.get(j++));
      }
    }
    return out;
  }
}
