package org.reckoning.graph.xla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;

class GraphScopeTest {
  @Test
  void names_areThoseThatTensorFlowGives() {
    assertThat(names(true)).isEqualTo(names(false)).contains("a/b_1/Add_1", "named_1");
  }

  private static List<String> names(boolean own) {
    try (Graph graph = new Graph()) {
      Ops tf = own ? GraphScope.root(graph) : Ops.create(graph);
      build(tf);
      List<String> names = new ArrayList<>();
      graph.operations().forEachRemaining(op -> names.add(op.name()));
      return names;
    }
  }

  private static void build(Ops tf) {
    var one = tf.constant(1f);
    tf.withName("named").math.add(one, one);
    tf.withName("named").math.add(one, one);
    Ops a = tf.withSubScope("a");
    for (Ops b : List.of(a.withSubScope("b"), a.withSubScope("b"))) {
      b.math.add(one, one);
      b.math.add(one, one);
      b.withName("c").withSubScope("ignored").math.neg(one);
    }
    a.withSubScope("d").withName("e").math.neg(one);
  }

  @Test
  void controlDependencies_areThoseOfTheScope() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Op first = tf.constant(1f);
      Op second = tf.withControlDependencies(List.of(first)).withSubScope("s").noOp();

      GraphOperation op = (GraphOperation) second.op();
      assertThat(op.name()).isEqualTo("s/NoOp");
      assertThat(op.controlInputs()).containsExactly((GraphOperation) first.op());
    }
  }

  @Test
  void root_ofAGraphWithNodes_isRefused() {
    try (Graph graph = new Graph()) {
      Ops.create(graph).constant(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> GraphScope.root(graph))
          .withMessage("graph must have no nodes yet; use a new graph");
    }
  }
}
