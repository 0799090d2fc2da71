package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The update rule U on some weights, and its pullback. U works on every weight by itself, so both
 * can be done for all weights at once or for a few at a time.
 *
 * <pre>{@code
 * theta/NAME, state/SLOT/NAME     weights and their state        [N, ...]
 * rates, step                     rates of the weights, in order [J], number of the step
 * d_theta/NAME, d_state/SLOT/NAME cotangents of what U returns   [N, ...], pullback only
 * }</pre>
 *
 * @param optimizer the rule
 * @param names the weights, in the order of their rates
 */
record InnerUpdate<T extends TNumber>(InnerOptimizer optimizer, List<String> names, Class<T> type) {
  private static final Differentiator DIFFERENTIATOR = Differentiator.standard();

  /** Cotangents of the arguments of U, for each weight in order; null where they are zero. */
  record Cotangents<T extends TNumber>(
      List<@Nullable Operand<T>> theta,
      List<Map<String, @Nullable Operand<T>>> state,
      List<@Nullable Operand<T>> gradient,
      List<@Nullable Operand<T>> rates) {}

  /**
   * Emits U.
   *
   * @param g inner gradients, in order
   * @return {@code theta/NAME}, {@code state/SLOT/NAME}
   */
  Tensors apply(Ops tf, Tensors in, List<Operand<T>> g) {
    List<Operand<T>> rates = rates(tf, in);
    Tensors out = new Tensors();
    for (int j = 0; j < names.size(); j++) {
      String name = names.get(j);
      InnerOptimizer.Update<T> update = update(tf.withSubScope(name), in, j, g, rates);
      out.put("theta/" + name, update.theta());
      update.state().forEach((slot, value) -> out.put("state/" + slot + "/" + name, value));
    }
    return out;
  }

  /** Emits the pullback of U, g being a variable of its own. */
  Cotangents<T> pullback(Ops tf, Tensors in, List<Operand<T>> g) {
    List<Operand<T>> rates = rates(tf, in);
    Cotangents<T> bars =
        new Cotangents<>(
            new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int j = 0; j < names.size(); j++) {
      String name = names.get(j);
      Ops scope = tf.withSubScope(name);
      InnerOptimizer.Update<T> update = update(scope, in, j, g, rates);
      List<Operand<T>> ys = new ArrayList<>(List.of(update.theta()));
      List<Operand<T>> dys = new ArrayList<>(List.of(in.get("d_theta/" + name, type)));
      update
          .state()
          .forEach(
              (slot, value) -> {
                ys.add(value);
                dys.add(in.get("d_state/" + slot + "/" + name, type));
              });
      List<Operand<T>> xs =
          new ArrayList<>(List.of(in.get("theta/" + name, type), g.get(j), rates.get(j)));
      xs.addAll(state(in, name).values());
      Tangents pulled = DIFFERENTIATOR.pullback(scope.withSubScope("pullback"), ys, dys, xs);
      bars.theta().add(typed(pulled.get(0)));
      bars.gradient().add(typed(pulled.get(1)));
      bars.rates().add(typed(pulled.get(2)));
      Map<String, @Nullable Operand<T>> ofState = new LinkedHashMap<>();
      for (String slot : optimizer.slots()) {
        ofState.put(slot, typed(pulled.get(3 + ofState.size())));
      }
      bars.state().add(ofState);
    }
    return bars;
  }

  /** Returns {@code d_rates} [J], with 0 where a cotangent is zero. */
  Operand<T> rateGradients(Ops tf, Cotangents<T> bars) {
    List<Operand<T>> scalars = new ArrayList<>();
    Operand<T> zero = Scalars.of(tf, type, 0);
    bars.rates().forEach(rate -> scalars.add(rate != null ? rate : zero));
    return tf.stack(scalars);
  }

  /**
   * Returns tensors under a path, in the order of the weights, with zeros where a cotangent is
   * null.
   *
   * @param in holds the weights, for their shapes
   */
  Tensors named(Ops tf, String path, Tensors in, List<? extends @Nullable Operand<T>> cotangents) {
    Tensors out = new Tensors();
    for (int j = 0; j < names.size(); j++) {
      Operand<T> d = cotangents.get(j);
      String name = names.get(j);
      out.put(path + "/" + name, d != null ? d : zeros(tf, in.get("theta/" + name, type)));
    }
    return out;
  }

  private Operand<T> zeros(Ops tf, Operand<T> like) {
    return tf.broadcastTo(Scalars.of(tf, type, 0), tf.constant(like.shape().asArray()));
  }

  private InnerOptimizer.Update<T> update(
      Ops tf, Tensors in, int j, List<Operand<T>> g, List<Operand<T>> rates) {
    Operand<T> theta = in.get("theta/" + names.get(j), type);
    Map<String, Operand<T>> state = state(in, names.get(j));
    return optimizer.update(tf, theta, state, g.get(j), rates.get(j), in.get("step", type));
  }

  private List<Operand<T>> rates(Ops tf, Tensors in) {
    return List.copyOf(tf.unstack(in.get("rates", type), (long) names.size()).output());
  }

  private Map<String, Operand<T>> state(Tensors in, String name) {
    Map<String, Operand<T>> state = new LinkedHashMap<>();
    optimizer.slots().forEach(slot -> state.put(slot, in.get("state/" + slot + "/" + name, type)));
    return state;
  }

  private @Nullable Operand<T> typed(@Nullable Operand<TNumber> d) {
    return d == null ? null : d.asOutput().expect(type);
  }
}
