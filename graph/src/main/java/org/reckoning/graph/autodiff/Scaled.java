package org.reckoning.graph.autodiff;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.math.Mul;
import org.tensorflow.op.math.Neg;
import org.tensorflow.types.family.TNumber;

/**
 * A tensor seen as {@code s x}, s a scalar. Whatever is linear in it may take x and scale the
 * result, which pays where the result is smaller: the step of a weight, {@code rate gradient}, then
 * never has to be written.
 *
 * @param x the tensor without its factors
 * @param s the product of the factors
 */
record Scaled(Operand<TNumber> x, Operand<TNumber> s) {

  /** Takes the scalar factors and signs off a tensor; null if it has none. */
  static @Nullable Scaled of(Emitter emitter, Operand<TNumber> tensor) {
    GraphOperation op = (GraphOperation) tensor.op();
    return switch (op.type()) {
      case Neg.OP_NAME -> times(emitter, input(op, 0), emitter.scalar(tensor, -1));
      case Mul.OP_NAME -> {
        Operand<TNumber> a = input(op, 0);
        Operand<TNumber> b = input(op, 1);
        yield a.shape().numDimensions() == 0
            ? times(emitter, b, a)
            : b.shape().numDimensions() == 0 ? times(emitter, a, b) : null;
      }
      case Reshape.OP_NAME -> {
        Scaled inner = of(emitter, input(op, 0));
        yield inner == null
            ? null
            : new Scaled(
                new Node(emitter, op).replay(List.of(inner.x, input(op, 1))).output(0), inner.s);
      }
      default -> null;
    };
  }

  private static Scaled times(Emitter emitter, Operand<TNumber> x, Operand<TNumber> s) {
    Scaled inner = of(emitter, x);
    return inner == null
        ? new Scaled(x, s)
        : new Scaled(inner.x, emitter.scopeOf(s.op().name()).math.mul(s, inner.s));
  }

  @SuppressWarnings("unchecked") // as in Node
  private static Operand<TNumber> input(GraphOperation op, int i) {
    return (Operand<TNumber>) op.input(i);
  }
}
