package outside;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.autodiff.Differentiator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/** Differentiates a function twice with the library as Maven delivers it. */
class DifferentiatorTest {
  @Test
  void secondDerivative_ofTheCube_is6x() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> x = tf.constant(5.0);
      Operand<TFloat64> cube = tf.math.mul(x, tf.math.mul(x, x));
      Differentiator d = Differentiator.standard();
      var first = d.gradients(tf, cube, List.of(x)).orZero(0);
      var second = d.gradients(tf, first, List.of(x)).orZero(0);

      try (var values = session.runner().fetch(first).fetch(second).run()) {
        assertEquals(75, ((TFloat64) values.get(0)).getDouble());
        assertEquals(30, ((TFloat64) values.get(1)).getDouble());
      }
    }
  }
}
