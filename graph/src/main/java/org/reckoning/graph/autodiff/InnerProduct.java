package org.reckoning.graph.autodiff;

import java.util.List;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.math.Add;
import org.tensorflow.types.family.TNumber;

/**
 * The sum of the elements of a product, {@code <a, b>}. Where b is linear in something much
 * smaller, b is not needed, nor is the product: {@code <a, L u> = <L^T a, u>}.
 *
 * <p>The derivative of a learning rate is such a sum, of a cotangent and the gradient of a weight:
 * {@code <A, X^T dY> = <X A, dY>}, with X the rows that the weight was multiplied with. The
 * gradient, a product of matrices, is saved, and {@code X A} is there already where the
 * Hessian-vector product along A is taken.
 */
final class InnerProduct {
  private final RuleTable rules;
  private final Emitter emitter;

  InnerProduct(RuleTable rules, Emitter emitter) {
    this.rules = rules;
    this.emitter = emitter;
  }

  /**
   * Returns a scalar.
   *
   * @param node the node whose scope the sum belongs to
   * @param a a tensor of the shape of b
   */
  Operand<TNumber> of(Node node, Operand<TNumber> a, Operand<TNumber> b) {
    if (!shrinks(b)) {
      return Shapes.unbroadcast(node.tf(), node.tf().math.mul(a, b), emitter.scalar(a, 0).shape());
    }
    Scaled scaled = Scaled.of(emitter, a);
    return scaled == null
        ? moved(node, a, b)
        : node.tf().math.mul(scaled.s(), moved(node, scaled.x(), b));
  }

  /** {@code <a, b>} with a moved to the inputs of the node that made b. */
  private Operand<TNumber> moved(Node node, Operand<TNumber> a, Operand<TNumber> b) {
    Node source = node(b);
    if (isSum(source)) {
      return node.tf().math.add(of(node, a, source.in(0)), of(node, a, source.in(1)));
    }
    int i = isView(source) ? 0 : rules.smallInput(source);
    Tangents dy = new Tangents(emitter, List.of(b), List.of(a));
    Operand<TNumber> back = rules.pullback(source).apply(source, dy, i);
    return back == null ? emitter.scalar(a, 0) : of(node, back, source.in(i));
  }

  private boolean shrinks(Operand<TNumber> b) {
    Node source = node(b);
    if (isView(source)) {
      return shrinks(source.in(0));
    }
    if (isSum(source)) {
      return shrinks(source.in(0)) || shrinks(source.in(1));
    }
    int i = rules.smallInput(source);
    return i >= 0
        && Shapes.staticShape(b).size() >= 2 * source.inShape(i).size()
        && (source.inputs() != 2
            || Shapes.staticShape(b).size() >= 2 * source.inShape(1 - i).size());
  }

  private static boolean isView(Node source) {
    return source.type().equals(Reshape.OP_NAME);
  }

  private static boolean isSum(Node source) {
    return (source.type().equals(Add.OP_NAME) || source.type().equals("AddV2"))
        && source.inShape(0).equals(source.inShape(1));
  }

  private Node node(Operand<TNumber> x) {
    return new Node(emitter, (GraphOperation) x.op());
  }
}
