package org.reckoning.graph.xla;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/**
 * Dtype and static shape of an argument of a segment.
 *
 * @param type dtype as a class; null for the handle of a resource variable
 * @param shape static shape of the tensor, or of a variable's value
 */
record TensorSpec(@Nullable Class<? extends TType> type, Shape shape) {

  /** Returns the spec of a tensor. */
  static TensorSpec of(Class<? extends TType> type, Shape shape) {
    return new TensorSpec(type, shape);
  }

  /** Returns the spec of a resource variable's handle; a segment may read and assign it. */
  static TensorSpec variable(Shape shape) {
    return new TensorSpec(null, shape);
  }

  /** Emits a placeholder. Its name has dots for slashes, which the name of a node must not have. */
  Operand<?> placeholder(Ops tf, String name) {
    Ops named = tf.withName(name.replace('/', '.'));
    if (type != null) {
      return named.placeholder(type, Placeholder.shape(shape));
    }
    return named
        .scope()
        .env()
        .opBuilder(
            Placeholder.OP_NAME, named.scope().makeOpName(Placeholder.OP_NAME), named.scope())
        .setAttr("dtype", DataType.DT_RESOURCE)
        .build()
        .output(0);
  }
}
