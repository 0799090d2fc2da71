package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TNumber;

/**
 * Peephole rewrites: cheaper nodes for the same derivative. A rewrite looks at the {@link Form} of
 * the node that a tensor comes from; where it does not apply, the plain nodes are emitted.
 *
 * <ul>
 *   <li>{@link InnerProduct}: a cotangent that is the sum of a whole product, such as that of a
 *       learning rate.
 *   <li>{@link Scaled}: a tangent that is a scalar times a tensor, such as the step of a weight.
 * </ul>
 */
final class Rewrites {
  private final Emitter emitter;
  private final InnerProduct innerProduct;

  Rewrites(RuleTable rules, Emitter emitter) {
    this.emitter = emitter;
    this.innerProduct = new InnerProduct(rules, emitter);
  }

  /**
   * Sums a cotangent over broadcast axes, as {@link Shapes#unbroadcast} does. Emits an {@link
   * InnerProduct} for the sum over all elements of a product.
   *
   * @param node the node whose input was broadcast
   * @param dy cotangent in the broadcast shape
   * @param shape shape before broadcasting
   */
  Operand<TNumber> unbroadcast(Node node, Operand<TNumber> dy, Shape shape) {
    boolean summed = shape.numDimensions() == 0 && dy.shape().numDimensions() > 0;
    return summed && Forms.of(dy) instanceof Form.Product product
        ? innerProduct.of(node, product.a(), product.b())
        : Shapes.unbroadcast(node.tf(), dy, shape);
  }

  /**
   * Applies a pushforward, which is linear in the tangents. A tangent {@code s A} that is larger
   * than the output is pushed as A, and the result is multiplied by s.
   *
   * @param dxs a tangent for each input; null for zero
   * @return a tangent for each output; null for zero
   */
  List<@Nullable Operand<TNumber>> pushforward(
      Node node, Pushforward rule, List<@Nullable Operand<TNumber>> dxs) {
    for (int i = 0; i < dxs.size(); i++) {
      Operand<TNumber> dx = dxs.get(i);
      if (node.outputs() != 1 || dx == null || dx.shape().size() <= node.outShape(0).size()) {
        continue;
      }
      Scaled scaled = Scaled.of(emitter, dx, node.out().type());
      if (scaled != null) {
        return Collections.singletonList(scaledPushforward(node, rule, dxs, i, scaled));
      }
    }
    return rule.apply(node, tangents(node, dxs));
  }

  /** Pushes tangent {@code i} without its factors, and the other tangents by themselves. */
  private @Nullable Operand<TNumber> scaledPushforward(
      Node node, Pushforward rule, List<@Nullable Operand<TNumber>> dxs, int i, Scaled scaled) {
    List<@Nullable Operand<TNumber>> alone = new ArrayList<>(Collections.nCopies(dxs.size(), null));
    alone.set(i, scaled.x());
    Operand<TNumber> part = rule.apply(node, tangents(node, alone)).get(0);

    List<@Nullable Operand<TNumber>> others = new ArrayList<>(dxs);
    others.set(i, null);
    boolean isOnly = others.stream().allMatch(Objects::isNull);
    Operand<TNumber> rest = isOnly ? null : pushforward(node, rule, others).get(0);
    if (part == null) {
      return rest;
    }
    part = node.tf().math.mul(scaled.s(), part);
    return rest == null ? part : node.tf().math.add(rest, part);
  }

  private Tangents tangents(Node node, List<@Nullable Operand<TNumber>> dxs) {
    return new Tangents(emitter, node.ins(0, node.inputs()), dxs);
  }
}
