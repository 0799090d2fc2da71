package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * Adds the derivatives of a TensorFlow graph to the graph. Derivatives are ordinary nodes: they can
 * be differentiated again, in either mode.
 *
 * <pre>{@code
 * var d = Differentiator.standard();
 * var y = tf.math.tanh(x);
 * var dy = d.gradients(tf, y, List.of(x)).orZero(0);   // 1 - tanh(x)^2
 * var ddy = d.gradients(tf, dy, List.of(x)).orZero(0); // -2 tanh(x) (1 - tanh(x)^2)
 * }</pre>
 *
 * <p>Shapes must be static; dtypes are float32, float64 and bfloat16. The independent variables
 * {@code xs} may be any tensors of the graph. They count as independent of each other, even if one
 * is computed from another. A derivative may be computed without a tensor between x and y, so to
 * differentiate it once more with respect to such a tensor, compute y from its {@code tf.identity}
 * and use that as x. An op without a rule causes an {@link UnsupportedOperationException} that
 * names its type and node.
 */
public final class Differentiator {
  private static final Differentiator STANDARD = new Differentiator(standardRules());

  private final RuleTable rules;

  private Differentiator(RuleTable rules) {
    this.rules = rules;
  }

  /** Returns the differentiator with the rules of this package. */
  public static Differentiator standard() {
    return STANDARD;
  }

  private static RuleTable standardRules() {
    RuleTable rules = new RuleTable();
    ElementwiseRules.addTo(rules);
    ReductionRules.addTo(rules);
    ShapeRules.addTo(rules);
    MatrixRules.addTo(rules);
    GatherRules.addTo(rules);
    SoftmaxRules.addTo(rules);
    ZeroRules.addTo(rules);
    return rules;
  }

  /**
   * Returns a differentiator with rules for one more op type.
   *
   * @param opType name of the op, such as {@code Tanh}
   * @throws IllegalStateException if the type has rules already
   */
  public Differentiator with(String opType, Pullback pullback, Pushforward pushforward) {
    RuleTable extended = rules.copy();
    extended.rule(opType, pullback, pushforward);
    return new Differentiator(extended);
  }

  /** Returns the op types that have a derivative, sorted. */
  public Set<String> differentiableOps() {
    return rules.differentiable();
  }

  /** Returns the op types whose derivative is declared to be zero, sorted. */
  public Set<String> zeroOps() {
    return rules.zeros();
  }

  /**
   * Emits the product of cotangents of {@code ys} and the Jacobian, in reverse mode.
   *
   * @param ys outputs
   * @param dys a cotangent for each output, of the output's shape and dtype; null for zero
   * @param xs independent variables
   * @return a cotangent for each x
   */
  public Tangents pullback(
      Ops tf,
      List<? extends Operand<? extends TNumber>> ys,
      List<? extends @Nullable Operand<? extends TNumber>> dys,
      List<? extends Operand<? extends TNumber>> xs) {
    requireSameSize("cotangents", dys, "outputs", ys);
    return new ReverseMode(rules, new Emitter(tf)).pullback(numbers(ys), numbers(dys), numbers(xs));
  }

  /**
   * Emits the product of the Jacobian and tangents of {@code xs}, in forward mode.
   *
   * @param ys outputs
   * @param xs independent variables
   * @param dxs a tangent for each x, of the x's shape and dtype; null for zero
   * @return a tangent for each output
   */
  public Tangents pushforward(
      Ops tf,
      List<? extends Operand<? extends TNumber>> ys,
      List<? extends Operand<? extends TNumber>> xs,
      List<? extends @Nullable Operand<? extends TNumber>> dxs) {
    requireSameSize("tangents", dxs, "inputs", xs);
    return new ForwardMode(rules, new Emitter(tf))
        .pushforward(numbers(ys), numbers(xs), numbers(dxs));
  }

  /**
   * Emits the gradient of a scalar, or of the sum of a tensor's elements.
   *
   * @return the gradient with respect to each x
   */
  public Tangents gradients(
      Ops tf, Operand<? extends TNumber> y, List<? extends Operand<? extends TNumber>> xs) {
    Emitter emitter = new Emitter(tf);
    Operand<? extends TNumber> seed =
        emitter.broadcast(emitter.scalar(y, 1), Shapes.staticShape(y));
    return new ReverseMode(rules, emitter)
        .pullback(numbers(List.of(y)), numbers(List.of(seed)), numbers(xs));
  }

  /**
   * Emits the product of the Hessian of {@code y} and a vector, forward over reverse. If y is not a
   * scalar, the Hessian is that of the sum of its elements.
   *
   * @param vs the vector: a tensor for each x, of the x's shape; null for zero
   * @return the product: a tensor for each x
   */
  public Tangents hessianVectorProduct(
      Ops tf,
      Operand<? extends TNumber> y,
      List<? extends Operand<? extends TNumber>> xs,
      List<? extends @Nullable Operand<? extends TNumber>> vs) {
    Tangents gradient = gradients(tf.withSubScope("gradient"), y, xs);
    List<Operand<TNumber>> known = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < xs.size(); i++) {
      Operand<TNumber> g = gradient.get(i);
      if (g != null) {
        known.add(g);
        positions.add(i);
      }
    }
    Emitter emitter = new Emitter(tf.withSubScope("tangent"));
    Tangents pushed = new ForwardMode(rules, emitter).pushforward(known, numbers(xs), numbers(vs));
    List<@Nullable Operand<TNumber>> product =
        new ArrayList<>(Collections.nCopies(xs.size(), null));
    for (int i = 0; i < known.size(); i++) {
      product.set(positions.get(i), pushed.get(i));
    }
    return new Tangents(emitter, numbers(xs), product);
  }

  @SuppressWarnings("unchecked") // all elements are operands of numbers, and the list is only read
  private static List<Operand<TNumber>> numbers(List<?> operands) {
    return (List<Operand<TNumber>>) operands;
  }

  private static void requireSameSize(String what, List<?> some, String others, List<?> other) {
    if (some.size() != other.size()) {
      throw new IllegalArgumentException(
          "number of %s (%d) must equal the number of %s (%d)"
              .formatted(what, some.size(), others, other.size()));
    }
  }
}
