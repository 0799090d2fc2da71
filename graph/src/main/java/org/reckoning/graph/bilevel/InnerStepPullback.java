package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The pullback of an inner step: cotangents of {@code (theta_k+1, s_k+1)} to cotangents of {@code
 * (theta_k, s_k, rates_k)} and of the trained weights that the tasks share.
 *
 * <pre>{@code
 * (a, sigma_k, g_bar, d_rates) = pullback of U at (theta_k, s_k, g, rates_k) applied to (lambda_k+1, sigma_k+1)
 * lambda_k = a + H g_bar                 H: Hessian of the inner loss at theta_k
 * }</pre>
 *
 * <p>H g_bar is taken forward over reverse: the gradient graph is pushed forward along g_bar. Its
 * activations are those of one step, computed again here, so that nothing but theta_k, s_k and
 * rates_k is kept from the way forward.
 */
final class InnerStepPullback {
  private static final Differentiator DIFFERENTIATOR = Differentiator.standard();

  private InnerStepPullback() {}

  /** The segment {@code inner_step_pullback}, second order. */
  static <T extends TNumber> Segment defineExact(TaskModel<T> model) {
    Specs specs =
        new Specs()
            .all(model.weightSpecs())
            .all(model.stepSpecs())
            .all(model.factSpecs())
            .all(cotangentSpecs(model))
            .tensors("d_shared", model.type(), model.trainedSharedShapes());
    return Segment.define(
        "inner_step_pullback", specs, List.of(), (tf, in) -> buildExact(tf, model, in));
  }

  /**
   * The segment {@code inner_step_pullback_first_order}: g is an argument and counts as a constant,
   * so that the pullback of U alone is left.
   */
  static <T extends TNumber> Segment defineFirstOrder(TaskModel<T> model) {
    Specs specs =
        new Specs()
            .tensors("theta", model.type(), model.thetaShapes())
            .all(model.stepSpecs())
            .tensors("gradient", model.type(), model.thetaShapes())
            .all(cotangentSpecs(model));
    return Segment.define(
        "inner_step_pullback_first_order",
        specs,
        List.of(),
        (tf, in) -> {
          List<Operand<T>> g = List.copyOf(in.under("gradient", model.type()).values());
          UpdateCotangents<T> bars = throughUpdate(tf.withSubScope("update"), model, in, g);
          return bars.results(tf, model, bars.theta());
        });
  }

  private static <T extends TNumber> Specs cotangentSpecs(TaskModel<T> model) {
    return new Specs()
        .tensors("d_theta", model.type(), model.thetaShapes())
        .tensors("d_state", model.type(), model.stateShapes());
  }

  private static <T extends TNumber> Tensors buildExact(Ops tf, TaskModel<T> model, Tensors in) {
    Class<T> type = model.type();
    Operand<T> mask = in.get("facts/targets", type);
    Operand<T> loss =
        model
            .facts(tf, in, model.config().innerDropout(), nudge(tf, model, in))
            .taskLosses(tf.withSubScope("inner_loss"), mask); // [N]

    List<Operand<T>> theta = List.copyOf(in.under("theta", type).values());
    List<String> sharedNames = model.layout().trainedShared();
    List<Operand<T>> variables = new ArrayList<>(theta);
    sharedNames.forEach(name -> variables.add(in.get("shared/" + name, type)));
    Tangents gradient = DIFFERENTIATOR.gradients(tf.withSubScope("gradient"), loss, variables);
    List<Operand<T>> gradients = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      gradients.add(gradient.orZero(i).asOutput().expect(type));
    }

    List<Operand<T>> g = gradients.subList(0, theta.size());
    UpdateCotangents<T> bars = throughUpdate(tf.withSubScope("update"), model, in, g);

    // The mixed derivatives are symmetric: pushing the gradients of all variables along g_bar gives
    // the pullback of g.
    Tangents hessian =
        DIFFERENTIATOR.pushforward(tf.withSubScope("hessian"), gradients, theta, bars.gradient());
    List<@Nullable Operand<T>> lambda = new ArrayList<>();
    for (int j = 0; j < theta.size(); j++) {
      lambda.add(sum(tf, bars.theta().get(j), typed(hessian.get(j), type)));
    }
    Tensors out = bars.results(tf, model, lambda);
    for (int i = 0; i < sharedNames.size(); i++) {
      String name = "d_shared/" + sharedNames.get(i);
      Operand<T> known = in.get(name, type);
      Operand<T> more = typed(hessian.get(theta.size() + i), type);
      out.put(name, more == null ? known : tf.math.add(known, more));
    }
    return out;
  }

  /**
   * Cotangents of the arguments of U, for each adapted weight in order; null where they are zero.
   */
  private record UpdateCotangents<T extends TNumber>(
      List<@Nullable Operand<T>> theta,
      List<List<@Nullable Operand<T>>> state,
      List<@Nullable Operand<T>> gradient,
      List<@Nullable Operand<T>> rates,
      Class<T> type) {

    Tensors results(Ops tf, TaskModel<T> model, List<@Nullable Operand<T>> lambda) {
      Tensors out = new Tensors();
      List<String> names = model.layout().adapted();
      List<String> slots = model.config().innerOptimizer().slots();
      List<Operand<T>> scalars = new ArrayList<>();
      Operand<T> zero = Scalars.of(tf, type, 0);
      for (int j = 0; j < names.size(); j++) {
        String name = names.get(j);
        var shape =
            tf.constant(model.layout().shape(name).prepend(model.shape().tasks()).asArray());
        Operand<T> d = lambda.get(j);
        out.put("d_theta/" + name, d != null ? d : tf.broadcastTo(zero, shape));
        for (int i = 0; i < slots.size(); i++) {
          Operand<T> s = state.get(j).get(i);
          out.put(
              "d_state/" + slots.get(i) + "/" + name, s != null ? s : tf.broadcastTo(zero, shape));
        }
        Operand<T> rate = rates.get(j);
        scalars.add(rate != null ? rate : zero);
      }
      // A rate that keeps its value needs no derivative, and then SGD's pullback needs no g.
      return model.config().innerRates().learned()
          ? out.put("d_rates", tf.stack(scalars)) // [J]
          : out;
    }
  }

  /**
   * Pulls the cotangents of {@code (theta', s')} back through U alone, g being a variable of its
   * own.
   */
  private static <T extends TNumber> UpdateCotangents<T> throughUpdate(
      Ops tf, TaskModel<T> model, Tensors in, List<Operand<T>> g) {
    Class<T> type = model.type();
    List<String> slots = model.config().innerOptimizer().slots();
    List<Operand<T>> rates = model.rates(tf, in);
    List<List<@Nullable Operand<T>>> states = new ArrayList<>();
    List<@Nullable Operand<T>> thetaBars = new ArrayList<>();
    List<@Nullable Operand<T>> gradientBars = new ArrayList<>();
    List<@Nullable Operand<T>> rateBars = new ArrayList<>();
    int j = 0;
    for (String name : model.layout().adapted()) {
      Ops scope = tf.withSubScope(name);
      Operand<T> theta = in.get("theta/" + name, type);
      Map<String, Operand<T>> state = model.state(in, name);
      InnerOptimizer.Update<T> update =
          model
              .config()
              .innerOptimizer()
              .update(scope, theta, state, g.get(j), rates.get(j), in.get("step", type));
      List<Operand<T>> ys = new ArrayList<>(List.of(update.theta()));
      List<Operand<T>> dys = new ArrayList<>(List.of(in.get("d_theta/" + name, type)));
      List<Operand<T>> xs = new ArrayList<>(List.of(theta, g.get(j), rates.get(j)));
      update
          .state()
          .forEach(
              (slot, value) -> {
                ys.add(value);
                dys.add(in.get("d_state/" + slot + "/" + name, type));
              });
      xs.addAll(state.values());
      Tangents bars = DIFFERENTIATOR.pullback(scope.withSubScope("pullback"), ys, dys, xs);
      thetaBars.add(typed(bars.get(0), type));
      gradientBars.add(typed(bars.get(1), type));
      rateBars.add(typed(bars.get(2), type));
      List<@Nullable Operand<T>> stateBars = new ArrayList<>();
      for (int i = 0; i < slots.size(); i++) {
        stateBars.add(typed(bars.get(3 + i), type));
      }
      states.add(stateBars);
      j++;
    }
    return new UpdateCotangents<>(thetaBars, states, gradientBars, rateBars, type);
  }

  /**
   * In one program with the inner step, this step's recomputation would be merged with it, and its
   * activations kept. A zero that depends on the cotangents keeps the two apart, as no compiler may
   * fold 0 x.
   */
  private static <T extends TNumber> @Nullable Operand<T> nudge(
      Ops tf, TaskModel<T> model, Tensors in) {
    if (model.config().xla() != XlaMode.WHOLE) {
      return null;
    }
    Operand<T> smallest = null;
    for (Operand<T> d : in.under("d_theta", model.type()).values()) {
      smallest = smallest == null || d.shape().size() < smallest.shape().size() ? d : smallest;
    }
    if (smallest == null) {
      return null;
    }
    int[] axes = new int[smallest.shape().numDimensions()];
    Arrays.setAll(axes, axis -> axis);
    Ops scope = tf.withSubScope("nudge");
    return scope.math.mul(
        Scalars.of(scope, model.type(), 0), scope.math.mean(smallest, scope.constant(axes)));
  }

  private static <T extends TNumber> @Nullable Operand<T> typed(
      @Nullable Operand<TNumber> d, Class<T> type) {
    return d == null ? null : d.asOutput().expect(type);
  }

  private static <T extends TNumber> @Nullable Operand<T> sum(
      Ops tf, @Nullable Operand<T> a, @Nullable Operand<T> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return tf.math.add(a, b);
  }
}
