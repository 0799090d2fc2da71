package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.settings.OuterOptimizer;
import org.reckoning.graph.variables.Variables;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class OuterUpdateTest {
  private static final Map<String, Shape> SHAPES = new LinkedHashMap<>();

  static {
    SHAPES.put("a", Shape.of(1));
    SHAPES.put("b", Shape.of(1));
  }

  /** Each squared norm is 1.9e38; the largest number in float32 is 3.4e38. */
  @Test
  void emit_ofNormsWhoseSumOverflows_changesNothing() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Variables<TFloat32> weights = new Variables<>(tf, "weights", SHAPES, TFloat32.class);
      Variables<TFloat32> first = new Variables<>(tf, "adam_m", SHAPES, TFloat32.class);
      Variables<TFloat32> second = new Variables<>(tf, "adam_v", SHAPES, TFloat32.class);
      Map<String, Operand<TFloat32>> gradients = new LinkedHashMap<>();
      SHAPES.keySet().forEach(name -> gradients.put(name, tf.constant(new float[] {0x1.8p63f})));
      var update = new OuterUpdate<>(OuterOptimizer.defaults(), SHAPES, TFloat32.class);
      Operand<TFloat32> norms =
          update.emit(
              tf,
              new OuterUpdate.Arguments<>(
                  weights.handles(),
                  first.handles(),
                  second.handles(),
                  gradients,
                  tf.constant(0f),
                  tf.constant(0.1f),
                  tf.constant(0.1f),
                  tf.constant(1f)),
              false);
      try (Session session = GraphSession.open(graph)) {
        List.of(first, second).forEach(each -> each.zero(session));
        try (TFloat32 one = TFloat32.vectorOf(1)) {
          SHAPES.keySet().forEach(name -> weights.assign(session, name, one));
        }
        try (Result fetched = session.runner().fetch(norms).run()) {
          assertThat(HostTensors.toDoubles(fetched.get(0)))
              .containsExactly(0x1.2p127, 0x1.2p127, Double.POSITIVE_INFINITY);
        }
        try (var weight = weights.read(session, "a")) {
          assertThat(HostTensors.toDoubles(weight)).containsExactly(1);
        }
      }
    }
  }
}
