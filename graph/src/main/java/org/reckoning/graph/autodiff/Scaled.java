package org.reckoning.graph.autodiff;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * A tensor written as {@code s x} with a scalar s. A linear function may take x and scale its
 * result, which is cheaper where the result is smaller than the tensor. Example: the step of a
 * weight, rate times gradient, is never written to memory.
 *
 * @param x the tensor without its scalar factors
 * @param s the product of the factors
 */
record Scaled(Operand<TNumber> x, Operand<TNumber> s) {

  /**
   * Separates a tensor from its scalar factors and signs; null if it has none of a dtype.
   *
   * @param type dtype of s, which is that of the result to be scaled; x may be rounded
   */
  static @Nullable Scaled of(Emitter emitter, Operand<TNumber> tensor, Class<TNumber> type) {
    Form form = Forms.of(tensor);
    if (form instanceof Form.View view) {
      Scaled inner = of(emitter, view.x(), type);
      return inner == null ? null : new Scaled(viewed(emitter, tensor, inner.x), inner.s);
    }
    if (form instanceof Form.Rounded rounded) {
      Scaled inner = of(emitter, rounded.x(), type);
      return inner == null ? null : new Scaled(rounded(emitter, tensor, inner.x), inner.s);
    }
    if (tensor.type() != type) {
      return null;
    }
    if (form instanceof Form.Negative negative) {
      return times(emitter, negative.x(), emitter.scalar(tensor, -1));
    }
    if (form instanceof Form.Multiple multiple) {
      return times(emitter, multiple.x(), multiple.scalar());
    }
    return null;
  }

  private static Scaled times(Emitter emitter, Operand<TNumber> x, Operand<TNumber> s) {
    Scaled inner = of(emitter, x, s.type());
    return inner == null
        ? new Scaled(x, s)
        : new Scaled(inner.x, emitter.scopeOf(s.op().name()).math.mul(s, inner.s));
  }

  /** Emits another tensor in the dtype of a rounded one. */
  private static Operand<TNumber> rounded(
      Emitter emitter, Operand<TNumber> tensor, Operand<TNumber> x) {
    return emitter.scopeOf(tensor.op().name()).dtypes.cast(x, tensor.type());
  }

  /** Emits the op of a view on another tensor. */
  private static Operand<TNumber> viewed(Emitter emitter, Operand<TNumber> view, Operand<?> x) {
    Node node = new Node(emitter, (GraphOperation) view.op());
    return node.replay(List.of(x, node.in(1))).output(0);
  }
}
