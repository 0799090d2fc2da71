package org.reckoning.graph.xla;

import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A check that TensorFlow compiles functions with XLA. Without XLA, TensorFlow runs a function op
 * by op and reports nothing.
 */
public final class XlaCheck {
  private static boolean proven;

  private XlaCheck() {}

  /**
   * Requires XLA, once in a process. The check compiles a function that XLA must refuse, as it
   * turns numbers into text. If the function runs, XLA was not used.
   *
   * @throws IllegalStateException if XLA does not work on this machine
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
      } catch (TFInvalidArgumentException | TensorFlowException e) {
        if (String.valueOf(e.getMessage()).contains("unsupported operations")) {
          proven = true;
          return;
        }
        throw new IllegalStateException(
            "XLA does not work on this machine (%s); use xla=off".formatted(e.getMessage()), e);
      }
    }
    throw new IllegalStateException(
        "this TensorFlow does not compile with XLA and would run op by op; use xla=off");
  }
}
