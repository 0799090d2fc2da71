package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The pullback of an inner step without optimizer state, in one segment: the cotangent of theta_k+1
 * to those of theta_k, rates_k and of the trained weights that the tasks share.
 *
 * <pre>{@code
 * (a, g_bar, d_rates) = pullback of U at (theta_k, g, rates_k) applied to lambda_k+1
 * lambda_k = a + H g_bar                 H: Hessian of the inner loss at theta_k
 * }</pre>
 *
 * <p>H g_bar is taken forward over reverse. The activations are those of one step, computed again
 * here, so that nothing but theta_k is kept from the way forward. With g and g_bar in one function,
 * neither has to be written to memory.
 */
final class InnerStepPullback<T extends TNumber> implements InnerPullbacks<T> {
  private final TaskModel<T> model;
  private final @Nullable Segment exact;
  private final @Nullable Segment firstOrder;

  InnerStepPullback(TaskModel<T> model) {
    this.model = model;
    exact = model.anyExact() ? defineExact(model) : null;
    firstOrder = model.anyFirstOrder() ? defineFirstOrder(model) : null;
  }

  private static <T extends TNumber> Segment defineExact(TaskModel<T> model) {
    Specs specs =
        new Specs()
            .all(model.weightSpecs())
            .all(model.stepSpecs())
            .all(model.factSpecs())
            .tensors("d_theta", model.type(), model.thetaShapes())
            .tensors("d_shared", model.type(), model.trainedSharedShapes());
    return Segment.define(
        "inner_step_pullback",
        specs,
        List.of(),
        (tf, in) -> {
          InnerGradient<T> g = new InnerGradient<>(tf, model, in);
          InnerUpdate.Cotangents<T> bars =
              model.update().pullback(tf.withSubScope("update"), in, g.ofTheta());
          InnerGradient.Pulled<T> pulled = g.pullback(tf, in, bars.gradient(), bars.theta());
          return results(tf, model, in, bars, pulled.theta()).putAll(pulled.shared());
        });
  }

  /** g is an argument and counts as a constant, so that the pullback of U alone is left. */
  private static <T extends TNumber> Segment defineFirstOrder(TaskModel<T> model) {
    Specs specs =
        new Specs()
            .tensors("theta", model.type(), model.thetaShapes())
            .all(model.stepSpecs())
            .tensors("gradient", model.type(), model.thetaShapes())
            .tensors("d_theta", model.type(), model.thetaShapes());
    return Segment.define(
        "inner_step_pullback_first_order",
        specs,
        List.of(),
        (tf, in) -> {
          List<Operand<T>> g = List.copyOf(in.under("gradient", model.type()).values());
          InnerUpdate.Cotangents<T> bars =
              model.update().pullback(tf.withSubScope("update"), in, g);
          return results(tf, model, in, bars, bars.theta());
        });
  }

  private static <T extends TNumber> Tensors results(
      Ops tf,
      TaskModel<T> model,
      Tensors in,
      InnerUpdate.Cotangents<T> bars,
      List<@Nullable Operand<T>> lambda) {
    Tensors out = model.update().named(tf, "d_theta", in, lambda);
    // A rate that keeps its value needs no derivative, and then SGD's pullback needs no g.
    return model.config().innerRates().learned()
        ? out.put("d_rates", model.update().rateGradients(tf, bars))
        : out;
  }

  @Override
  public List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    if (exact != null) {
      segments.add(exact);
    }
    if (firstOrder != null) {
      segments.add(firstOrder);
    }
    return segments;
  }

  @Override
  public boolean needsGradients() {
    return firstOrder != null;
  }

  @Override
  public Tensors pull(Ops tf, int k, InnerLoop<T> loop, Tensors cotangents) {
    Tensors arguments = new Tensors().putAll(loop.states().get(k)).putAll(cotangents);
    Segment segment = model.isExact(k) ? exact : firstOrder;
    if (segment == null) {
      throw new IllegalStateException("no pullback was built for step " + k);
    }
    if (!model.isExact(k)) {
      arguments.putAll("gradient", loop.gradients().get(k));
    }
    Tensors pulled = model.call(tf, segment, arguments);
    return model.isExact(k)
        ? pulled
        : pulled.putAll("d_shared", cotangents.under("d_shared", model.type()));
  }
}
