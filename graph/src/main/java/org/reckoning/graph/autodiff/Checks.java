package org.reckoning.graph.autodiff;

import org.tensorflow.Operand;
import org.tensorflow.Output;

/** Checks of derivatives while the graph is built: a wrong rule or a wrong seed fails early. */
final class Checks {
  private Checks() {}

  /**
   * Requires a derivative to have the shape and dtype of the tensor that it belongs to.
   *
   * @throws IllegalArgumentException if its shape or dtype differs
   */
  static void sameShapeAndType(String what, Operand<?> derivative, Operand<?> primal) {
    Output<?> d = derivative.asOutput();
    Output<?> p = primal.asOutput();
    if (!d.shape().equals(p.shape()) || d.dataType() != p.dataType()) {
      throw new IllegalArgumentException(
          "%s must be %s %s, like tensor '%s', but is %s %s"
              .formatted(what, p.dataType(), p.shape(), p.op().name(), d.dataType(), d.shape()));
    }
  }
}
