package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The derivative rules of op types, in two tables: {@link Pullback} for reverse mode and {@link
 * Pushforward} for forward mode. Ops without a derivative are declared ({@link #zero}); an op that
 * is in neither is an error.
 *
 * <p>A rule may emit only ops that are in the table themselves. Then every order of derivative and
 * every mixture of the two modes works.
 */
final class RuleTable {
  private final Map<String, Pullback> pullbacks = new TreeMap<>();
  private final Map<String, Pushforward> pushforwards = new TreeMap<>();
  private final Set<String> zeros = new TreeSet<>();
  private final Map<String, ToIntFunction<Node>> smallInputs = new TreeMap<>();

  /** Derivative of an elementwise function in one input: multiplies {@code d} by it. */
  @FunctionalInterface
  interface Slope {
    Operand<TNumber> times(Node node, Operand<TNumber> d);
  }

  /** Pullback of an op with one differentiable input and one output. */
  @FunctionalInterface
  interface Adjoint {
    Operand<TNumber> apply(Node node, Operand<TNumber> dy);
  }

  /** Emits an op of two inputs on other inputs. */
  @FunctionalInterface
  interface Product {
    Operand<TNumber> of(Node node, Operand<TNumber> a, Operand<TNumber> b);
  }

  /**
   * An elementwise op. Its Jacobian is diagonal, so that tangents and cotangents are scaled alike
   * and one rule serves both modes.
   *
   * @param slopes one for each input; null for an input without derivative
   */
  void elementwise(String type, @Nullable Slope... slopes) {
    rule(
        type,
        (node, dy, i) -> {
          Slope slope = slopes[i];
          return slope == null ? null : slope.times(node, dy.orZero(0));
        },
        (node, dx) -> {
          List<Operand<TNumber>> terms = new ArrayList<>();
          for (int i = 0; i < slopes.length; i++) {
            Slope slope = slopes[i];
            Operand<TNumber> dxi = dx.get(i);
            if (slope != null && dxi != null) {
              terms.add(slope.times(node, dxi));
            }
          }
          return Collections.singletonList(sum(node, terms));
        });
  }

  /**
   * An op that is linear in its first input and has no derivative in the others: its pushforward is
   * the op itself.
   *
   * @param attributes the attributes of the op that TensorFlow does not infer
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
   * An op of two inputs that is linear in each: its pushforward is the sum of the op with one input
   * replaced by its tangent.
   *
   * @param attributes the attributes of the op that TensorFlow does not infer
   */
  void bilinear(String type, Pullback pullback, String... attributes) {
    bilinear(type, (node, a, b) -> node.replay(List.of(a, b), attributes).output(0), pullback);
  }

  /** An op of two inputs that is linear in each, and how it is emitted on other inputs. */
  void bilinear(String type, Product product, Pullback pullback) {
    rule(
        type,
        pullback,
        (node, dx) -> {
          if (node.inputs() != 2) {
            throw new IllegalArgumentException(
                "%s must have two inputs to be differentiated but has %d"
                    .formatted(node, node.inputs()));
          }
          List<Operand<TNumber>> terms = new ArrayList<>();
          Operand<TNumber> da = dx.get(0);
          Operand<TNumber> db = dx.get(1);
          if (da != null) {
            terms.add(product.of(node, da, node.in(1)));
          }
          if (db != null) {
            terms.add(product.of(node, node.in(0), db));
          }
          return Collections.singletonList(sum(node, terms));
        });
  }

  /** An op with rules of its own. */
  void rule(String type, Pullback pullback, Pushforward pushforward) {
    if (pullbacks.containsKey(type) || zeros.contains(type)) {
      throw new IllegalStateException("op type '" + type + "' has rules already");
    }
    pullbacks.put(type, pullback);
    pushforwards.put(type, pushforward);
  }

  /**
   * Declares that an op type with a rule is linear in one input, which is often much smaller than
   * its output.
   *
   * @param input which input it is
   */
  void smallInput(String type, ToIntFunction<Node> input) {
    smallInputs.put(type, input);
  }

  /** Returns the input that {@link #smallInput(String, ToIntFunction)} declared, or -1. */
  int smallInput(Node node) {
    ToIntFunction<Node> input = smallInputs.get(node.type());
    return input == null ? -1 : input.applyAsInt(node);
  }

  /**
   * Ops whose derivative is zero wherever it exists, and those through which no derivative is meant
   * to pass.
   */
  void zero(String... types) {
    zeros.addAll(Arrays.asList(types));
  }

  boolean isZero(String type) {
    return zeros.contains(type);
  }

  Pullback pullback(Node node) {
    Pullback rule = pullbacks.get(node.type());
    if (rule == null) {
      throw new UnsupportedOperationException(
          "no pullback for " + node + "; known: " + pullbacks.keySet());
    }
    return rule;
  }

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

  /** Returns the op types that are declared to have no derivative, sorted. */
  Set<String> zeros() {
    return Collections.unmodifiableSet(zeros);
  }

  RuleTable copy() {
    RuleTable copy = new RuleTable();
    copy.pullbacks.putAll(pullbacks);
    copy.pushforwards.putAll(pushforwards);
    copy.zeros.addAll(zeros);
    copy.smallInputs.putAll(smallInputs);
    return copy;
  }

  private static @Nullable Operand<TNumber> sum(Node node, List<Operand<TNumber>> terms) {
    return terms.stream().reduce((a, b) -> node.tf().math.add(a, b)).orElse(null);
  }
}
