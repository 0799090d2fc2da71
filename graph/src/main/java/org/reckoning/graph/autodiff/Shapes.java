package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Static shapes, and the adjoint of broadcasting. */
final class Shapes {
  private Shapes() {}

  /**
   * Returns the shape of a tensor.
   *
   * @throws IllegalArgumentException if a size is unknown while the graph is built
   */
  static Shape staticShape(Operand<?> x) {
    Shape shape = x.shape();
    if (shape.hasUnknownDimension() || shape.isUnknown()) {
      throw new IllegalArgumentException(
          "tensor '%s' must have a static shape to be differentiated but has %s"
              .formatted(x.op().name(), shape));
    }
    return shape;
  }

  /**
   * Sums a cotangent over the broadcast axes. A cotangent whose shape is not broadcast from {@code
   * shape} is returned unchanged; the driver's check refuses it.
   *
   * @param dy cotangent in the broadcast shape
   * @param shape shape before broadcasting, and of the result
   */
  static Operand<TNumber> unbroadcast(Ops tf, Operand<TNumber> dy, Shape shape) {
    Shape from = staticShape(dy);
    if (from.equals(shape) || !broadcastable(shape, from)) {
      return dy;
    }
    int leading = from.numDimensions() - shape.numDimensions();
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < from.numDimensions(); axis++) {
      boolean added = axis < leading;
      if (added || (shape.get(axis - leading) == 1 && from.get(axis) != 1)) {
        axes.add(axis);
      }
    }
    Operand<TNumber> sum =
        axes.isEmpty()
            ? dy
            : tf.sum(dy, tf.constant(axes.stream().mapToInt(axis -> axis).toArray()));
    return tf.reshape(sum, tf.constant(shape.asArray()));
  }

  /** Returns whether a tensor of shape {@code from} can be broadcast to shape {@code to}. */
  static boolean broadcastable(Shape from, Shape to) {
    int leading = to.numDimensions() - from.numDimensions();
    if (leading < 0) {
      return false;
    }
    for (int axis = 0; axis < from.numDimensions(); axis++) {
      if (from.get(axis) != 1 && from.get(axis) != to.get(axis + leading)) {
        return false;
      }
    }
    return true;
  }
}
