package org.reckoning.graph.autodiff;

import java.util.List;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The inner product {@code <a, b>}: the sum of the elements of {@code a b}. If b is a linear
 * function L of a much smaller tensor u, then {@code <a, L u> = <L^T a, u>} needs neither b nor the
 * product.
 *
 * <p>Example: the derivative of a learning rate is the inner product of a cotangent A and the
 * gradient of a weight, {@code <A, X^T dY> = <X A, dY>}. X are the rows that the weight was
 * multiplied with. The gradient, a product of matrices, is not computed. {@code X A} is shared with
 * the Hessian-vector product along A.
 */
final class InnerProduct {
  private final RuleTable rules;
  private final Emitter emitter;

  InnerProduct(RuleTable rules, Emitter emitter) {
    this.rules = rules;
    this.emitter = emitter;
  }

  /**
   * Emits the inner product, a scalar.
   *
   * @param node the node whose scope the sum belongs to
   * @param a a tensor of the shape of b
   */
  Operand<TNumber> of(Node node, Operand<TNumber> a, Operand<TNumber> b) {
    if (!shrinks(b)) {
      return Shapes.unbroadcast(node.tf(), node.tf().math.mul(a, b), emitter.scalar(a, 0).shape());
    }
    Scaled scaled = Scaled.of(emitter, a, a.type());
    return scaled == null
        ? throughInput(node, a, b)
        : node.tf().math.mul(scaled.s(), throughInput(node, scaled.x(), b));
  }

  /** Returns whether a tensor is a linear function of an input of at most half its size. */
  private static boolean shrinks(Operand<TNumber> b) {
    Form form = Forms.of(b);
    if (form instanceof Form.View view) {
      return shrinks(view.x());
    }
    if (form instanceof Form.Sum sum) {
      return shrinks(sum.a()) || shrinks(sum.b());
    }
    if (form instanceof Form.Linear linear) {
      GraphOperation op = (GraphOperation) b.op();
      long size = Shapes.staticShape(b).size();
      int other = 1 - linear.input();
      return size >= 2 * Shapes.staticShape(op.input(linear.input())).size()
          && (op.numInputs() != 2 || size >= 2 * Shapes.staticShape(op.input(other)).size());
    }
    return false;
  }

  /** Emits {@code <a, b>} as {@code <L^T a, u>} with an input u of the op that computes b = L u. */
  private Operand<TNumber> throughInput(Node node, Operand<TNumber> a, Operand<TNumber> b) {
    Form form = Forms.of(b);
    if (form instanceof Form.Sum sum) {
      return node.tf().math.add(of(node, a, sum.a()), of(node, a, sum.b()));
    }
    int i = form instanceof Form.Linear linear ? linear.input() : 0; // a view has one tensor
    Node source = new Node(emitter, (GraphOperation) b.op());
    Tangents dy = new Tangents(emitter, List.of(b), List.of(a));
    Operand<TNumber> back = rules.pullback(source).apply(source, dy, i);
    if (back == null) {
      return emitter.scalar(a, 0);
    }
    Operand<TNumber> u = wide(node, source.in(i), a.type());
    return of(node, Shapes.unbroadcast(node.tf(), wide(node, back, a.type()), u.shape()), u);
  }

  /** Returns a tensor in a dtype; one that was rounded only to be multiplied is used unrounded. */
  private static Operand<TNumber> wide(Node node, Operand<TNumber> x, Class<TNumber> type) {
    if (x.type() == type) {
      return x;
    }
    return Forms.of(x) instanceof Form.Rounded rounded && rounded.x().type() == type
        ? rounded.x()
        : node.tf().dtypes.cast(x, type);
  }
}
