package org.reckoning.graph.inspect;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaCheck;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * The speed of float32 matrix products on this machine, an upper bound for training steps.
 *
 * @param size rows and columns of the matrices
 */
public record MatrixProductPeak(int size) {
  /** Products of a run; each uses the result of the one before. */
  private static final int CHAIN = 4;

  private static final int WARM_UP = 2;
  private static final int RUNS = 7;

  /**
   * Returns floating-point operations a second, the median of several runs.
   *
   * @param xla whether XLA compiles the products
   * @throws IllegalStateException if it must, and does not work on this machine
   */
  public double measure(boolean xla) {
    if (xla) {
      XlaCheck.require();
    }
    Shape shape = Shape.of(size, size);
    Segment products =
        Segment.define(
            "products",
            new Specs().tensors("in", TFloat32.class, Map.of("x", shape)),
            List.of(),
            (tf, in) -> {
              Operand<TFloat32> x = in.get("in/x", TFloat32.class);
              Operand<TFloat32> y = x;
              for (int i = 0; i < CHAIN; i++) {
                y = tf.linalg.matMul(y, x);
              }
              return new Tensors().put("sum", tf.sum(y, tf.constant(new int[] {0, 1})));
            });
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp x = tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName("x"));
      Op assign = tf.assignVariableOp(x, initialValue(tf, shape));
      Tensors in = new Tensors().put("in/x", tf.readVariableOp(x, TFloat32.class));
      Operand<?> sum = products.call(tf, in, xla).get("sum");
      try (Session session = GraphSession.open(graph)) {
        session.runner().addTarget(assign).run().close();
        Stopwatch watch =
            Stopwatch.time(WARM_UP, RUNS, () -> session.runner().fetch(sum).run().close());
        return 2.0 * CHAIN * size * size * size / watch.median();
      }
    }
  }

  /** Returns random numbers so small that products of products stay finite. */
  private static Operand<TFloat32> initialValue(Ops tf, Shape shape) {
    Operand<TFloat32> normal =
        tf.random.statelessRandomNormal(
            tf.constant(shape.asArray()), tf.constant(new long[] {1, 2}), TFloat32.class);
    return tf.math.div(normal, tf.constant((float) Math.sqrt((double) shape.get(0))));
  }
}
