package org.reckoning.trainer.weights;

import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/** Merges low-rank factors into the weight of their layer: {@code W + scale A^T B^T}. */
public final class LowRankMerge {
  private LowRankMerge() {}

  /**
   * Returns the weight that gives the layer the same output without factors.
   *
   * @param weight W [in, out]
   * @param a A [rank, in]
   * @param b B [out, rank]
   * @return [in, out]; the caller closes it
   */
  public static TFloat32 merged(TFloat32 weight, TFloat32 a, TFloat32 b, double scale) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> w = tf.placeholder(TFloat32.class);
      Operand<TFloat32> fedA = tf.placeholder(TFloat32.class);
      Operand<TFloat32> fedB = tf.placeholder(TFloat32.class);
      Operand<TFloat32> product =
          tf.linalg.matMul(fedA, fedB, MatMul.transposeA(true), MatMul.transposeB(true));
      Operand<TFloat32> sum = tf.math.add(w, tf.math.mul(product, tf.constant((float) scale)));
      return (TFloat32)
          session.runner().feed(w, weight).feed(fedA, a).feed(fedB, b).fetch(sum).run().get(0);
    }
  }
}
