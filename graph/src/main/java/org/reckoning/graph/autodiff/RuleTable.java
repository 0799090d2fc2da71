package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The derivative rules of op types: a {@link Pullback} for reverse mode and a {@link Pushforward}
 * for forward mode. Op types with a zero derivative are declared with {@link #zero}. Any other op
 * is an error.
 *
 * <p>A rule may emit only ops that are in the table. Then derivatives of every order and every
 * mixture of the two modes work.
 */
final class RuleTable {
  private final Map<String, Pullback> pullbacks = new TreeMap<>();
  private final Map<String, Pushforward> pushforwards = new TreeMap<>();
  private final Set<String> zeros = new TreeSet<>();

  /** Multiplies {@code d} by the derivative of an elementwise function in one input. */
  @FunctionalInterface
  interface Slope {
    Operand<TNumber> times(Node node, Operand<TNumber> d);
  }

  /** The pullback of an op with one output that is linear in its first input. */
  @FunctionalInterface
  interface Adjoint {
    Operand<TNumber> apply(Node node, Operand<TNumber> dy);
  }

  /**
   * Adds an elementwise op. Its Jacobian is diagonal, so one rule serves tangents and cotangents.
   *
   * @param slopes one for each input; null for an input without a derivative
   */
  void elementwise(String type, @Nullable Slope... slopes) {
    rule(
        type,
        (node, dy, i) -> {
          Slope slope = slopes[i];
          return slope == null ? null : slope.times(node, dy.orZero(0));
        },
        (node, dx) -> {
          List<@Nullable Operand<TNumber>> terms = new ArrayList<>();
          for (int i = 0; i < slopes.length; i++) {
            Slope slope = slopes[i];
            Operand<TNumber> dxi = dx.get(i);
            terms.add(slope == null || dxi == null ? null : slope.times(node, dxi));
          }
          return Collections.singletonList(sum(node, terms));
        });
  }

  /**
   * Adds an op that is linear in its first input and has no derivative in the others. Its
   * pushforward is the op itself.
   *
   * @param attributes the attributes of the op that TensorFlow does not infer from the inputs
   */
  void linear(String type, Adjoint adjoint, String... attributes) {
    rule(
        type,
        (node, dy, i) -> i == 0 ? adjoint.apply(node, dy.orZero(0)) : null,
        (node, dx) -> {
          Operand<TNumber> dx0 = dx.get(0);
          if (dx0 == null) {
            return Collections.singletonList(null);
          }
          List<Operand<TNumber>> inputs = new ArrayList<>(node.ins(0, node.inputs()));
          inputs.set(0, dx0);
          return List.of(node.replay(inputs, attributes).output(0));
        });
  }

  /**
   * Adds an op with any two rules.
   *
   * @throws IllegalStateException if the type has rules already
   */
  void rule(String type, Pullback pullback, Pushforward pushforward) {
    if (pullbacks.containsKey(type) || zeros.contains(type)) {
      throw new IllegalStateException("op type '" + type + "' has rules already");
    }
    pullbacks.put(type, pullback);
    pushforwards.put(type, pushforward);
  }

  /** Declares op types whose derivative is zero, wherever it exists or by definition. */
  void zero(String... types) {
    zeros.addAll(Arrays.asList(types));
  }

  /** Returns whether the derivative of an op is declared to be zero. */
  boolean isZero(GraphOperation op) {
    return zeros.contains(op.type());
  }

  /**
   * Returns the pullback of a node's op type.
   *
   * @throws UnsupportedOperationException if the type has none
   */
  Pullback pullback(Node node) {
    Pullback rule = pullbacks.get(node.type());
    if (rule == null) {
      throw new UnsupportedOperationException(
          "no pullback for " + node + "; known: " + pullbacks.keySet());
    }
    return rule;
  }

  /**
   * Returns the pushforward of a node's op type.
   *
   * @throws UnsupportedOperationException if the type has none
   */
  Pushforward pushforward(Node node) {
    Pushforward rule = pushforwards.get(node.type());
    if (rule == null) {
      throw new UnsupportedOperationException(
          "no pushforward for " + node + "; known: " + pushforwards.keySet());
    }
    return rule;
  }

  /** Returns the op types with rules, sorted. */
  Set<String> differentiable() {
    return Collections.unmodifiableSet(pullbacks.keySet());
  }

  /** Returns the op types whose derivative is declared to be zero, sorted. */
  Set<String> zeros() {
    return Collections.unmodifiableSet(zeros);
  }

  RuleTable copy() {
    RuleTable copy = new RuleTable();
    copy.pullbacks.putAll(pullbacks);
    copy.pushforwards.putAll(pushforwards);
    copy.zeros.addAll(zeros);
    return copy;
  }

  /** Emits the sum of the terms that are not null; null if all are. */
  static @Nullable Operand<TNumber> sum(Node node, List<@Nullable Operand<TNumber>> terms) {
    Operand<TNumber> sum = null;
    for (Operand<TNumber> term : terms) {
      if (term != null) {
        sum = sum == null ? term : node.tf().math.add(sum, term);
      }
    }
    return sum;
  }
}
