package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** The worked example of {@code docs/architecture.md}. */
class WorkedExampleTest {
  private static final Differentiator D = Differentiator.standard();

  @Test
  void print() {
    try (TestGraph g = new TestGraph()) {
      Ops tf = g.tf();
      Operand<TNumber> w0 = g.input();
      Operand<TNumber> rate = g.input();
      Operand<TNumber> w = w0;
      for (int k = 0; k < 2; k++) {
        Ops scope = tf.withSubScope("inner_" + k);
        Operand<TNumber> loss = cube(scope, w);
        Operand<TNumber> dw = D.gradients(scope.withSubScope("gradient"), loss, List.of(w)).orZero(0);
        w = scope.math.sub(w, scope.math.mul(rate, dw));
      }
      Operand<TNumber> outer = tf.withSubScope("outer").math.square(w);
      D.gradients(tf.withSubScope("meta"), outer, List.of(w0));
      g.graph().operations().forEachRemaining(op -> {
        StringBuilder s = new StringBuilder(op.name() + " = " + op.type() + "(");
        for (int i = 0; i < op.numInputs(); i++) s.append(((org.tensorflow.GraphOperation) op).input(i).op().name()).append(", ");
        System.out.println(s + ")");
      });
    }
  }
  private static Operand<TNumber> cube(Ops tf, Operand<TNumber> w) {
    return tf.math.mul(w, tf.math.square(w));
  }
}
