package org.reckoning.graph.xla;

import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Proves that XLA compiles what it is asked to. TensorFlow is silent when it is not: it then runs a
 * function op by op.
 */
public final class XlaCheck {
  private static boolean proven;

  private XlaCheck() {}

  /**
   * Compiles a function that XLA must refuse, as it turns numbers into text. If it runs all the
   * same, XLA was not used. Done once a process.
   *
   * @throws IllegalStateException if XLA does not compile here
   */
  public static synchronized void require() {
    if (proven) {
      return;
    }
    Segment refused =
        Segment.define(
            "xla_check",
            new Specs().tensor("x", TFloat32.class, Shape.of(2)),
            List.of(),
            (tf, arguments) ->
                new Tensors().put("y", tf.dtypes.asString(arguments.get("x", TFloat32.class))));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<?> y =
          refused.call(tf, new Tensors().put("x", tf.constant(new float[] {1, 2})), true).get("y");
      try (Session session = GraphSession.open(graph)) {
        session.runner().addTarget(y.op()).run().close();
      } catch (TensorFlowException e) {
        if (String.valueOf(e.getMessage()).contains("unsupported operations")) {
          proven = true;
          return;
        }
        throw new IllegalStateException(
            "XLA was asked for but does not work here (%s); use xla=off".formatted(e.getMessage()),
            e);
      }
    }
    throw new IllegalStateException(
        "XLA was asked for but this TensorFlow ignores it and would run op by op; use xla=off");
  }
}
