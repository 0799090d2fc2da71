package org.reckoning.graph.inspect;

import org.reckoning.graph.xla.GraphSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * The speed of memory reads on this machine, an upper bound for decoding: each token reads every
 * weight once.
 *
 * @param bytes size of the tensor to read, more than any cache holds
 */
public record MemoryBandwidth(long bytes) {
  private static final int WARM_UP = 2;
  private static final int RUNS = 7;

  /** Returns bytes a second, the best of several sums over the tensor. */
  public double measure() {
    Shape shape = Shape.of(bytes / Float.BYTES / 1024, 1024);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp x = tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName("x"));
      Op assign = tf.assignVariableOp(x, tf.fill(tf.constant(shape.asArray()), tf.constant(1f)));
      Operand<TFloat32> sum =
          tf.sum(tf.readVariableOp(x, TFloat32.class), tf.constant(new int[] {0, 1}));
      try (Session session = GraphSession.open(graph)) {
        session.runner().addTarget(assign).run().close();
        Stopwatch watch =
            Stopwatch.time(WARM_UP, RUNS, () -> session.runner().fetch(sum).run().close());
        return shape.size() * Float.BYTES / watch.min();
      }
    }
  }
}
