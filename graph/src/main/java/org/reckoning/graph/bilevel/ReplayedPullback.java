package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
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
 * <p>So neither all theta_k nor any s_k of another block is in memory. Blocks with equal shapes
 * call the same segments.
 */
final class ReplayedPullback<T extends TNumber> implements InnerPullbacks<T> {
  private final TaskModel<T> model;
  private final Map<WeightBlock, BlockSegments> blocks = new LinkedHashMap<>();
  private final @Nullable Segment hessianProduct;

  /** U and its pullback, for blocks of some names and shapes. */
  private record BlockSegments(Segment update, Segment pullback) {}

  ReplayedPullback(TaskModel<T> model) {
    this.model = model;
    Map<Map<String, Shape>, BlockSegments> known = new LinkedHashMap<>();
    for (WeightBlock block : WeightBlock.of(model.layout().adapted())) {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      block.localNames().forEach((name, local) -> shapes.put(local, model.thetaShapes().get(name)));
      blocks.put(block, known.computeIfAbsent(shapes, this::define));
    }
    hessianProduct = model.anyExact() ? defineHessianProduct(model) : null;
  }

  private BlockSegments define(Map<String, Shape> shapes) {
    Class<T> type = model.type();
    InnerUpdate<T> update =
        new InnerUpdate<>(model.config().innerOptimizer(), List.copyOf(shapes.keySet()), type);
    Map<String, Shape> ofState = new LinkedHashMap<>();
    for (String slot : update.optimizer().slots()) {
      shapes.forEach((name, shape) -> ofState.put(slot + "/" + name, shape));
    }
    Specs specs =
        new Specs()
            .tensors("theta", type, shapes)
            .tensors("state", type, ofState)
            .tensor("rates", type, Shape.of(shapes.size()))
            .tensor("step", type, Shape.scalar())
            .tensors("gradient", type, shapes);
    Segment forward =
        Segment.define(
            "inner_update", specs, List.of(), (tf, in) -> update.apply(tf, in, gradients(in)));
    Specs cotangents =
        new Specs().all(specs).tensors("d_theta", type, shapes).tensors("d_state", type, ofState);
    Segment pullback =
        Segment.define(
            "inner_update_pullback",
            cotangents,
            List.of(),
            (tf, in) -> {
              InnerUpdate.Cotangents<T> bars = update.pullback(tf, in, gradients(in));
              Tensors out = update.named(tf, "d_theta", in, bars.theta());
              for (String slot : update.optimizer().slots()) {
                List<@Nullable Operand<T>> ofSlot = new ArrayList<>();
                bars.state().forEach(state -> ofSlot.add(state.get(slot)));
                out.putAll(update.named(tf, "d_state/" + slot, in, ofSlot));
              }
              out.putAll(update.named(tf, "d_gradient", in, bars.gradient()));
              return out.put("d_rates", update.rateGradients(tf, bars));
            });
    return new BlockSegments(forward, pullback);
  }

  private List<Operand<T>> gradients(Tensors in) {
    return List.copyOf(in.under("gradient", model.type()).values());
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
    Set<Segment> segments = new LinkedHashSet<>();
    blocks
        .values()
        .forEach(
            block -> {
              segments.add(block.update());
              segments.add(block.pullback());
            });
    if (hessianProduct != null) {
      segments.add(hessianProduct);
    }
    return List.copyOf(segments);
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
    int firstRate = 0;
    for (WeightBlock block : blocks.keySet()) {
      BlockSegments segments = Objects.requireNonNull(blocks.get(block));
      Ops scope = tf.withSubScope(block.scope());
      Tensors moving = block.local(loop.states().get(0), "theta", "state");
      for (int i = 0; i < k; i++) {
        Tensors arguments =
            new Tensors().putAll(moving).putAll(step(scope, i, loop, block, firstRate));
        moving =
            model.call(
                after(done, scope.withSubScope("update_" + i)), segments.update(), arguments);
        done = moving.values().get(0);
      }
      Tensors arguments =
          new Tensors()
              .putAll(moving)
              .putAll(step(scope, k, loop, block, firstRate))
              .putAll(block.local(cotangents, "d_theta", "d_state"));
      Tensors bars =
          model.call(
              after(done, scope.withSubScope("update_pullback")), segments.pullback(), arguments);
      done = bars.values().get(0);
      theta.putAll(block.global(moving, "theta"));
      pulled.putAll(block.global(bars, "d_theta", "d_state", "d_gradient"));
      rateGradients.add(bars.get("d_rates", type));
      firstRate += block.localNames().size();
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

  /** The gradient, rates and number of step {@code i}, for a block. */
  private Tensors step(Ops tf, int i, InnerLoop<T> loop, WeightBlock block, int firstRate) {
    Tensors ofStep = loop.states().get(i);
    Tensors gradients = new Tensors().putAll("gradient", loop.gradients().get(i));
    Operand<T> rates =
        tf.slice(
            ofStep.get("rates", model.type()),
            tf.constant(new long[] {firstRate}),
            tf.constant(new long[] {block.localNames().size()}));
    return block.local(gradients, "gradient").put("rates", rates).put("step", ofStep.get("step"));
  }

  private static <T extends TNumber> Operand<T> concat(Ops tf, List<Operand<T>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(0));
  }

  private static Ops after(Operand<?> done, Ops tf) {
    return tf.withControlDependencies(List.of(done));
  }
}
