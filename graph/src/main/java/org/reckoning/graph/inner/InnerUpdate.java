package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The update rule U and its pullback for some weights. U treats each weight separately, so both
 * work for any set of weights.
 *
 * @param optimizer the rule
 * @param names the weights, in the order of their rates
 */
record InnerUpdate<T extends TNumber>(InnerOptimizer optimizer, List<String> names, Class<T> type) {
  private static final Differentiator DIFFERENTIATOR = Differentiator.standard();

  /** Cotangents of the arguments of U, for each weight in order; null for zero. */
  record PulledUpdate<T extends TNumber>(
      List<@Nullable Operand<T>> theta,
      List<Map<String, @Nullable Operand<T>>> state,
      List<@Nullable Operand<T>> gradient,
      List<@Nullable Operand<T>> rates) {}

  /** Returns the update rule on all adapted weights. */
  static <T extends TNumber> InnerUpdate<T> of(TaskModel<T> model) {
    return new InnerUpdate<>(
        model.config().innerOptimizer(), model.layout().adapted(), model.type());
  }

  /** Emits U. */
  Iterate<T> apply(Ops tf, RuleArguments<T> in) {
    List<Operand<T>> rates = rates(tf, in);
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    Map<String, Map<String, Operand<T>>> state = new LinkedHashMap<>();
    optimizer.slots().forEach(slot -> state.put(slot, new LinkedHashMap<>()));
    for (int j = 0; j < names.size(); j++) {
      String name = names.get(j);
      InnerOptimizer.Update<T> update = update(tf.withSubScope(name), in, name, rates.get(j));
      theta.put(name, update.theta());
      update.state().forEach((slot, value) -> get(state, slot).put(name, value));
    }
    return new Iterate<>(theta, state);
  }

  /** Emits the pullback of U, with g as an independent variable. */
  PulledUpdate<T> pullback(Ops tf, RuleArguments<T> in, Iterate<T> cotangent) {
    List<Operand<T>> rates = rates(tf, in);
    PulledUpdate<T> all =
        new PulledUpdate<>(
            new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int j = 0; j < names.size(); j++) {
      String name = names.get(j);
      Ops scope = tf.withSubScope(name);
      InnerOptimizer.Update<T> update = update(scope, in, name, rates.get(j));
      List<Operand<T>> ys = new ArrayList<>(List.of(update.theta()));
      List<Operand<T>> dys = new ArrayList<>(List.of(get(cotangent.theta(), name)));
      update
          .state()
          .forEach(
              (slot, value) -> {
                ys.add(value);
                dys.add(get(get(cotangent.state(), slot), name));
              });
      List<Operand<T>> xs =
          new ArrayList<>(
              List.of(get(in.iterate().theta(), name), get(in.gradient(), name), rates.get(j)));
      xs.addAll(state(in, name).values());
      Tangents pulled = DIFFERENTIATOR.pullback(scope.withSubScope("pullback"), ys, dys, xs);
      all.theta().add(typed(pulled.get(0)));
      all.gradient().add(typed(pulled.get(1)));
      all.rates().add(typed(pulled.get(2)));
      Map<String, @Nullable Operand<T>> ofState = new LinkedHashMap<>();
      for (String slot : optimizer.slots()) {
        ofState.put(slot, typed(pulled.get(3 + ofState.size())));
      }
      all.state().add(ofState);
    }
    return all;
  }

  /** Returns the cotangents of the rates, [J], 0 where a cotangent is null. */
  Operand<T> rateCotangents(Ops tf, PulledUpdate<T> pulled) {
    List<Operand<T>> scalars = new ArrayList<>();
    Operand<T> zero = Scalars.of(tf, type, 0);
    pulled.rates().forEach(rate -> scalars.add(rate != null ? rate : zero));
    return tf.stack(scalars);
  }

  /**
   * Returns cotangents by name, with zeros for null.
   *
   * @param theta weights that give the shapes
   */
  Map<String, Operand<T>> byName(
      Ops tf, Map<String, Operand<T>> theta, List<? extends @Nullable Operand<T>> cotangents) {
    Map<String, Operand<T>> named = new LinkedHashMap<>();
    for (int j = 0; j < names.size(); j++) {
      Operand<T> d = cotangents.get(j);
      String name = names.get(j);
      named.put(name, d != null ? d : zeros(tf, get(theta, name)));
    }
    return named;
  }

  private Operand<T> zeros(Ops tf, Operand<T> like) {
    return tf.broadcastTo(Scalars.of(tf, type, 0), tf.constant(like.shape().asArray()));
  }

  private InnerOptimizer.Update<T> update(
      Ops tf, RuleArguments<T> in, String name, Operand<T> rate) {
    return optimizer.update(
        tf,
        get(in.iterate().theta(), name),
        state(in, name),
        get(in.gradient(), name),
        rate,
        in.step());
  }

  private List<Operand<T>> rates(Ops tf, RuleArguments<T> in) {
    return List.copyOf(tf.unstack(in.rates(), (long) names.size()).output());
  }

  private Map<String, Operand<T>> state(RuleArguments<T> in, String name) {
    Map<String, Operand<T>> state = new LinkedHashMap<>();
    optimizer.slots().forEach(slot -> state.put(slot, get(get(in.iterate().state(), slot), name)));
    return state;
  }

  private @Nullable Operand<T> typed(@Nullable Operand<TNumber> d) {
    return d == null ? null : d.asOutput().expect(type);
  }

  private static <V> V get(Map<String, V> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }
}
