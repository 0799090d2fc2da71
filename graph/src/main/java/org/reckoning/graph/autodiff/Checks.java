package org.reckoning.graph.autodiff;

import org.tensorflow.Operand;
import org.tensorflow.Output;

/** Checks that are always on: a wrong rule or a wrong seed fails while the graph is built. */
final class Checks {
  private Checks() {}

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
