package org.reckoning.examples;

import java.util.List;
import java.util.Locale;
import org.reckoning.graph.autodiff.Differentiator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/**
 * The differentiator alone: derivatives of log-sum-exp, beside their closed forms.
 *
 * <pre>{@code
 * f(x)    = log(sum(exp(x)))
 * grad f  = p                     p = softmax(x)
 * H v     = p * (v - <p, v>)      H: Hessian of f at x
 * }</pre>
 */
public final class HessianVectorProduct {
  private HessianVectorProduct() {}

  /** Prints the gradient, the product and what they must be. */
  public static void main(String[] args) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> x = tf.constant(new double[] {1, 2, 3});
      Operand<TFloat64> v = tf.constant(new double[] {1, 0, -1});
      Operand<TFloat64> f = tf.math.log(sum(tf, tf.math.exp(x)));

      Differentiator d = Differentiator.standard();
      var gradient = d.gradients(tf, f, List.of(x)).orZero(0);
      var product = d.hessianVectorProduct(tf, f, List.of(x), List.of(v)).orZero(0);

      Operand<TFloat64> p = tf.nn.softmax(x);
      Operand<TFloat64> closed = tf.math.mul(p, tf.math.sub(v, sum(tf, tf.math.mul(p, v))));

      try (Result values =
          session.runner().fetch(gradient).fetch(p).fetch(product).fetch(closed).run()) {
        print("gradient", values, 0);
        print("softmax(x)", values, 1);
        print("H v", values, 2);
        print("p * (v - <p, v>)", values, 3);
      }
    }
  }

  private static Operand<TFloat64> sum(Ops tf, Operand<TFloat64> x) {
    return tf.sum(x, tf.constant(0));
  }

  private static void print(String name, Result values, int index) {
    TFloat64 vector = (TFloat64) values.get(index);
    System.out.printf(
        Locale.ROOT,
        "%-16s  %9.6f  %9.6f  %9.6f%n",
        name,
        vector.getDouble(0),
        vector.getDouble(1),
        vector.getDouble(2));
  }
}
