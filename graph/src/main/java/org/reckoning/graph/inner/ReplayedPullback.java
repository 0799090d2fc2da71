package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The pullback of inner steps for an optimizer with state, or on micro-batches of facts. The
 * forward pass keeps only the gradients g_0, g_1, .., one copy of the weights per step. U is cheap
 * and treats each weight separately. So a pullback recomputes theta_k and s_k from theta_0, block
 * by block:
 *
 * <pre>{@code
 * for each block of weights, one after another:
 *   (theta_i+1, s_i+1) = U(theta_i, s_i, g_i, rates_i)       inner_update, i = 0 .. k-1
 *   (a, sigma_k, g_bar, d_rates) = pullback of U at (theta_k, s_k, g_k, rates_k)
 *                                                            inner_update_pullback
 * lambda_k = a + H g_bar                                     hessian_product, of all blocks at once
 * }</pre>
 *
 * <p>So only the s_k of one block is in memory. H is a sum over micro-batches. Each call of {@code
 * hessian_product} adds the part of one micro-batch to the cotangents of the call before.
 */
final class ReplayedPullback<T extends TNumber> implements InnerPullbacks<T> {
  private final TaskModel<T> model;
  private final BlockUpdates<T> updates;
  private final @Nullable Segment hessianProduct;

  /**
   * @param products shapes of the products that the inner steps keep, by name
   */
  ReplayedPullback(TaskModel<T> model, BlockUpdates<T> updates, Map<String, Shape> products) {
    this.model = model;
    this.updates = updates;
    hessianProduct = model.anyExact() ? defineHessianProduct(model.microBatch(), products) : null;
  }

  private static <T extends TNumber> Segment defineHessianProduct(
      TaskModel<T> model, Map<String, Shape> products) {
    Class<T> type = model.type();
    Specs specs =
        new Specs()
            .all(Weights.specs(model))
            .all(Facts.specs(model))
            .tensor(TaskInputs.SEED, TInt64.class, Shape.scalar())
            .all(Iterate.cotangentSpecs(List.of(), model.thetaShapes(), type))
            .tensors(BlockUpdates.D_GRADIENT, type, model.thetaShapes())
            .tensors(Cotangents.D_SHARED, type, model.trainedSharedShapes())
            .tensors(WeightProducts.PATH, type, products);
    return Segment.define(
        "hessian_product",
        specs,
        List.of(),
        (tf, in) -> {
          Weights<T> weights = Weights.of(in, type);
          Map<String, Operand<T>> ofTheta = Iterate.cotangentOf(in, List.of(), type).theta();
          InnerGradient<T> g =
              InnerGradient.again(
                  tf,
                  model,
                  weights,
                  Facts.of(in, type),
                  in.get(TaskInputs.SEED, TInt64.class),
                  ofTheta);
          InnerGradient.PulledGradient<T> pulled =
              g.pullback(
                  tf,
                  List.copyOf(in.under(BlockUpdates.D_GRADIENT, type).values()),
                  List.copyOf(ofTheta.values()),
                  in.under(Cotangents.D_SHARED, type));
          Tensors results =
              new Iterate<>(
                      InnerUpdate.of(model).byName(tf, weights.theta(), pulled.theta()), Map.of())
                  .namedCotangent()
                  .putAll(Cotangents.D_SHARED, pulled.shared());
          return g.withKept(results, in.under(WeightProducts.PATH, type));
        });
  }

  @Override
  public List<Segment> segments() {
    List<Segment> segments = new ArrayList<>(updates.pullbacks());
    if (hessianProduct != null) {
      segments.add(hessianProduct);
    }
    return segments;
  }

  @Override
  public PulledStep<T> pull(Ops tf, int k, InnerTrajectory<T> forward, Cotangents<T> cotangents) {
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    Map<String, Operand<T>> ofTheta = new LinkedHashMap<>();
    Map<String, Operand<T>> ofGradient = new LinkedHashMap<>();
    Map<String, Map<String, Operand<T>>> ofState = new LinkedHashMap<>();
    model.slots().forEach(slot -> ofState.put(slot, new LinkedHashMap<>()));
    List<Operand<T>> ofRates = new ArrayList<>();
    // Waits for step k + 1 before recomputing a block of this step; any tensor of step k + 1 works.
    Operand<?> done = first(cotangents.iterate());
    for (WeightBlock block : updates.blocks()) {
      Ops scope = tf.withSubScope(block.scope());
      Iterate<T> iterate = forward.steps().get(0).iterate().local(block);
      for (int i = 0; i < k; i++) {
        RuleArguments<T> arguments = arguments(scope, block, iterate, i, forward);
        iterate = updates.update(after(done, scope.withSubScope("update_" + i)), block, arguments);
        done = first(iterate);
      }
      BlockUpdates.PulledBlock<T> pulled =
          updates.pullback(
              after(done, scope.withSubScope("update_pullback")),
              block,
              arguments(scope, block, iterate, k, forward),
              cotangents.iterate().local(block));
      done = pulled.gradient().values().iterator().next();
      block.addTo(theta, iterate.theta());
      block.addTo(ofTheta, pulled.iterate().theta());
      ofState.forEach(
          (slot, values) ->
              block.addTo(values, Objects.requireNonNull(pulled.iterate().state().get(slot))));
      block.addTo(ofGradient, pulled.gradient());
      ofRates.add(pulled.rates());
    }
    Map<String, Operand<T>> shared = cotangents.shared();
    if (model.isExact(k)) {
      StepArguments<T> step = forward.steps().get(k);
      Tensors weights = new Weights<>(theta, step.shared()).named();
      for (int i = 0; i < step.facts().size(); i++) {
        Ops scope = step.facts().size() == 1 ? tf : tf.withSubScope("micro_" + i);
        StepArguments<T> part = step.microBatch(scope, i);
        Tensors arguments =
            new Tensors()
                .putAll(weights)
                .putAll(part.onlyFacts().named())
                .putAll(new Iterate<>(ofTheta, Map.of()).namedCotangent())
                .putAll(BlockUpdates.D_GRADIENT, ofGradient)
                .putAll(Cotangents.D_SHARED, shared)
                .putAll(WeightProducts.PATH, forward.products().get(k));
        if (part.seed() != null) {
          arguments.put(TaskInputs.SEED, part.seed());
        }
        Tensors out = model.call(scope, Objects.requireNonNull(hessianProduct), arguments);
        ofTheta = Iterate.cotangentOf(out, List.of(), model.type()).theta();
        shared = out.under(Cotangents.D_SHARED, model.type());
      }
    }
    return new PulledStep<>(
        new Cotangents<>(new Iterate<>(ofTheta, ofState), shared),
        model.config().innerRates().learned() ? concat(tf, ofRates) : null);
  }

  private RuleArguments<T> arguments(
      Ops tf, WeightBlock block, Iterate<T> iterate, int i, InnerTrajectory<T> forward) {
    StepArguments<T> step = forward.steps().get(i);
    return updates.arguments(
        tf, block, iterate, step.rates(), step.step(), forward.gradients().get(i));
  }

  private static <T extends TNumber> Operand<T> first(Iterate<T> iterate) {
    return iterate.theta().values().iterator().next();
  }

  private static <T extends TNumber> Operand<T> concat(Ops tf, List<Operand<T>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(0));
  }

  private static Ops after(Operand<?> done, Ops tf) {
    return tf.withControlDependencies(List.of(done));
  }
}
