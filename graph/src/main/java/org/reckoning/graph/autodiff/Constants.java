package org.reckoning.graph.autodiff;

import java.util.Arrays;
import org.tensorflow.GraphOperation;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;

/** Values of constant inputs, read while the graph is built. */
final class Constants {
  private Constants() {}

  /**
   * Returns the integers of an input, such as axes or sizes.
   *
   * @throws IllegalArgumentException if the input is not a constant or holds no integers
   */
  static long[] ints(GraphOperation op, int input) {
    GraphOperation producer = (GraphOperation) op.input(input).op();
    if (!producer.type().equals("Const")) {
      throw new IllegalArgumentException(
          "input %d of op type '%s' (node '%s') must be a constant, or the op cannot be differentiated, but comes from a %s"
              .formatted(input, op.type(), op.name(), producer.type()));
    }
    try (Tensor value = producer.attributes().getAttrTensor("value")) {
      // The tensor of an attribute has no Java type such as TInt32, whatever its dtype.
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
