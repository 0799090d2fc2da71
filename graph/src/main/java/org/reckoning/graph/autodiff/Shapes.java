package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Static shapes, and broadcasting undone. */
final class Shapes {
  private Shapes() {}

  /**
   * Returns the shape of a tensor.
   *
   * @throws IllegalArgumentException if a size is not known when the graph is built
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
   * Sums a cotangent over the axes that were broadcast, so that it gets the shape of the tensor
   * that was. A cotangent that cannot come from broadcasting is returned as it is, for the driver's
   * check to refuse.
   *
   * @param dy cotangent in the broadcast shape
   * @param shape shape before broadcasting
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

  static long[] constantInts(GraphOperation op, int input) {
    GraphOperation producer = (GraphOperation) op.input(input).op();
    if (!producer.type().equals("Const")) {
      throw new IllegalArgumentException(
          "input %d of op type '%s' (node '%s') must be a constant to be differentiated but comes from a %s"
              .formatted(input, op.type(), op.name(), producer.type()));
    }
    try (Tensor value = producer.attributes().getAttrTensor("value")) {
      // The tensor of an attribute is untyped: it is no TInt32, whatever it holds.
      ByteDataBuffer data = value.asRawTensor().data();
      return switch (value.dataType()) {
        case DT_INT32 -> {
          int[] ints = new int[(int) value.shape().size()];
          data.asInts().read(ints);
          yield Arrays.stream(ints).asLongStream().toArray();
        }
        case DT_INT64 -> {
          long[] longs = new long[(int) value.shape().size()];
          data.asLongs().read(longs);
          yield longs;
        }
        default ->
            throw new IllegalArgumentException(
                "input %d of op type '%s' (node '%s') must hold integers but holds %s"
                    .formatted(input, op.type(), op.name(), value.dataType()));
      };
    }
  }
}
