package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The pullback of inner steps of an optimizer with state. Of the way forward only the gradients
 * g_0, g_1, .. are kept, one copy of the weights a step. U is cheap and works on every weight by
 * itself, so a pullback works theta_k and s_k out again from theta_0, block by block:
 *
 * <pre>{@code
 * for each block of weights, one after another:
 *   (theta_i+1, s_i+1) = U(theta_i, s_i, g_i, rates_i)       inner_update, i = 0 .. k-1
 *   (a, sigma_k, g_bar, d_rates) = pullback of U at (theta_k, s_k, g_k, rates_k)
 *                                                            inner_update_pullback
 * lambda_k = a + H g_bar                                     hessian_product, of all blocks at once
 * }</pre>
 *
 * <p>So no s_k of another block is in memory.
 */
final class ReplayedPullback<T extends TNumber> implements InnerPullbacks<T> {
  private final TaskModel<T> model;
  private final BlockUpdates<T> updates;
  private final @Nullable Segment hessianProduct;

  ReplayedPullback(TaskModel<T> model, BlockUpdates<T> updates) {
    this.model = model;
    this.updates = updates;
    hessianProduct = model.anyExact() ? defineHessianProduct(model) : null;
  }

  private static <T extends TNumber> Segment defineHessianProduct(TaskModel<T> model) {
    Class<T> type = model.type();
    Specs specs =
        new Specs()
            .all(model.weightSpecs())
            .all(model.factSpecs())
            .tensors("d_theta", type, model.thetaShapes())
            .tensors("d_gradient", type, model.thetaShapes())
            .tensors("d_shared", type, model.trainedSharedShapes());
    return Segment.define(
        "hessian_product",
        specs,
        List.of(),
        (tf, in) -> {
          InnerGradient<T> g = new InnerGradient<>(tf, model, in);
          InnerGradient.Pulled<T> pulled =
              g.pullback(
                  tf,
                  in,
                  List.copyOf(in.under("d_gradient", type).values()),
                  List.copyOf(in.under("d_theta", type).values()));
          return model.update().named(tf, "d_theta", in, pulled.theta()).putAll(pulled.shared());
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
  public boolean needsGradients() {
    return true;
  }

  @Override
  public Tensors pull(Ops tf, int k, InnerLoop<T> loop, Tensors cotangents) {
    Class<T> type = model.type();
    Tensors theta = new Tensors();
    Tensors pulled = new Tensors();
    List<Operand<T>> rateGradients = new ArrayList<>();
    // Any tensor of the step after this one: no block of this step is worked out before that is
    // done.
    Operand<?> done = cotangents.get("d_theta/" + model.layout().adapted().get(0));
    for (WeightBlock block : updates.blocks()) {
      Ops scope = tf.withSubScope(block.scope());
      Tensors moving = block.local(loop.states().get(0), "theta", "state");
      for (int i = 0; i < k; i++) {
        Tensors arguments = new Tensors().putAll(moving).putAll(step(scope, block, i, loop));
        moving = updates.update(after(done, scope.withSubScope("update_" + i)), block, arguments);
        done = moving.values().get(0);
      }
      Tensors arguments =
          new Tensors()
              .putAll(moving)
              .putAll(step(scope, block, k, loop))
              .putAll(block.local(cotangents, "d_theta", "d_state"));
      Tensors bars =
          updates.pullback(after(done, scope.withSubScope("update_pullback")), block, arguments);
      done = bars.values().get(0);
      theta.putAll(block.global(moving, "theta"));
      pulled.putAll(block.global(bars, "d_theta", "d_state", "d_gradient"));
      rateGradients.add(bars.get("d_rates", type));
    }
    Tensors out = new Tensors();
    Tensors shared = new Tensors().putAll("d_shared", cotangents.under("d_shared", type));
    if (model.isExact(k)) {
      Tensors arguments = new Tensors().putAll(theta).putAll(pulled).putAll(shared);
      Tensors facts = loop.states().get(k);
      facts.names().stream()
          .filter(name -> !name.startsWith("theta/") && !name.startsWith("state/"))
          .forEach(name -> arguments.put(name, facts.get(name)));
      out.putAll(model.call(tf, Objects.requireNonNull(hessianProduct), arguments));
    } else {
      out.putAll("d_theta", pulled.under("d_theta", type)).putAll(shared);
    }
    out.putAll("d_state", pulled.under("d_state", type));
    return model.config().innerRates().learned()
        ? out.put("d_rates", concat(tf, rateGradients))
        : out;
  }

  private Tensors step(Ops tf, WeightBlock block, int i, InnerLoop<T> loop) {
    return updates.step(tf, block, loop.states().get(i), loop.gradients().get(i));
  }

  private static <T extends TNumber> Operand<T> concat(Ops tf, List<Operand<T>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(0));
  }

  private static Ops after(Operand<?> done, Ops tf) {
    return tf.withControlDependencies(List.of(done));
  }
}
