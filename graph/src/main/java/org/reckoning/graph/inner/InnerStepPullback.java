package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The pullback of an inner step without optimizer state, in one segment. It maps the cotangent of
 * theta_k+1 to those of theta_k, rates_k and the trained shared weights.
 *
 * <pre>{@code
 * (a, g_bar, d_rates) = pullback of U at (theta_k, g, rates_k) applied to lambda_k+1
 * lambda_k = a + H g_bar                 H: Hessian of the inner loss at theta_k
 * }</pre>
 *
 * <p>H g_bar is computed by forward-over-reverse differentiation. The segment recomputes the
 * activations of the step, so the forward pass keeps only theta_k and, if they are few, the {@link
 * WeightProducts}. One function contains g and g_bar, so neither is written to memory.
 */
final class InnerStepPullback<T extends TNumber> implements InnerPullbacks<T> {
  private final TaskModel<T> model;
  private final @Nullable Segment exact;
  private final @Nullable Segment firstOrder;

  /**
   * @param products shapes of the products that the inner steps keep, by name
   */
  InnerStepPullback(TaskModel<T> model, Map<String, Shape> products) {
    this.model = model;
    exact = model.anyExact() ? defineExact(model, products) : null;
    firstOrder = model.anyFirstOrder() ? defineFirstOrder(model) : null;
  }

  private static <T extends TNumber> Segment defineExact(
      TaskModel<T> model, Map<String, Shape> products) {
    Specs specs =
        new Specs()
            .all(StepArguments.specs(model))
            .all(Iterate.cotangentSpecs(List.of(), model.thetaShapes(), model.type()))
            .tensors(Cotangents.D_SHARED, model.type(), model.trainedSharedShapes())
            .tensors(WeightProducts.PATH, model.type(), products);
    return Segment.define(
        "inner_step_pullback",
        specs,
        List.of(),
        (tf, in) -> {
          StepArguments<T> step = StepArguments.of(in, model);
          Iterate<T> cotangent = Iterate.cotangentOf(in, List.of(), model.type());
          InnerGradient<T> g =
              InnerGradient.again(
                  tf,
                  model,
                  step.weights(),
                  step.onlyFacts(),
                  Objects.requireNonNull(step.seed()),
                  cotangent.theta());
          InnerUpdate.PulledUpdate<T> ofRule =
              InnerUpdate.of(model)
                  .pullback(tf.withSubScope("update"), step.rule(g.ofTheta()), cotangent);
          InnerGradient.PulledGradient<T> pulled =
              g.pullback(
                  tf,
                  ofRule.gradient(),
                  ofRule.theta(),
                  in.under(Cotangents.D_SHARED, model.type()));
          Tensors results =
              results(tf, model, step.iterate(), ofRule, pulled.theta())
                  .putAll(Cotangents.D_SHARED, pulled.shared());
          return g.withKept(results, in.under(WeightProducts.PATH, model.type()));
        });
  }

  /** Defines the pullback with g as a constant argument, which leaves only the pullback of U. */
  private static <T extends TNumber> Segment defineFirstOrder(TaskModel<T> model) {
    Specs specs =
        new Specs()
            .all(RuleArguments.specs(List.of(), model.thetaShapes(), model.type()))
            .all(Iterate.cotangentSpecs(List.of(), model.thetaShapes(), model.type()));
    return Segment.define(
        "inner_step_pullback_first_order",
        specs,
        List.of(),
        (tf, in) -> {
          RuleArguments<T> rule = RuleArguments.of(in, List.of(), model.type());
          InnerUpdate.PulledUpdate<T> ofRule =
              InnerUpdate.of(model)
                  .pullback(
                      tf.withSubScope("update"),
                      rule,
                      Iterate.cotangentOf(in, List.of(), model.type()));
          return results(tf, model, rule.iterate(), ofRule, ofRule.theta());
        });
  }

  private static <T extends TNumber> Tensors results(
      Ops tf,
      TaskModel<T> model,
      Iterate<T> iterate,
      InnerUpdate.PulledUpdate<T> ofRule,
      List<@Nullable Operand<T>> lambda) {
    Tensors out =
        new Iterate<>(InnerUpdate.of(model).byName(tf, iterate.theta(), lambda), Map.of())
            .namedCotangent();
    // A constant rate needs no derivative, and then SGD's pullback needs no g.
    return model.config().innerRates().learned()
        ? out.put(Cotangents.D_RATES, InnerUpdate.of(model).rateCotangents(tf, ofRule))
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
  public PulledStep<T> pull(Ops tf, int k, InnerTrajectory<T> forward, Cotangents<T> cotangents) {
    boolean isExact = model.isExact(k);
    StepArguments<T> step = forward.steps().get(k);
    Tensors arguments = cotangents.iterate().namedCotangent();
    if (isExact) {
      arguments
          .putAll(step.named())
          .putAll(Cotangents.D_SHARED, cotangents.shared())
          .putAll(WeightProducts.PATH, forward.products().get(k));
    } else {
      arguments.putAll(step.rule(forward.gradients().get(k)).named());
    }
    Segment segment = Objects.requireNonNull(isExact ? exact : firstOrder);
    Tensors pulled = model.call(tf, segment, arguments);
    return new PulledStep<>(
        new Cotangents<>(
            Iterate.cotangentOf(pulled, List.of(), model.type()),
            isExact ? pulled.under(Cotangents.D_SHARED, model.type()) : cotangents.shared()),
        model.config().innerRates().learned()
            ? pulled.get(Cotangents.D_RATES, model.type())
            : null);
  }
}
