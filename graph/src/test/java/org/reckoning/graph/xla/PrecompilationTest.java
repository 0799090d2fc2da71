package org.reckoning.graph.xla;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatefulPartitionedCall;
import org.tensorflow.types.TFloat32;

class PrecompilationTest {
  private static final Shape SHAPE = Shape.of(3);
  private static final Segment TWICE =
      Segment.define(
          "twice",
          new Specs().tensor("x", TFloat32.class, SHAPE),
          List.of(),
          (tf, in) -> {
            Operand<TFloat32> x = in.get("x", TFloat32.class);
            return new Tensors().put("y", tf.math.add(x, x));
          });
  private static final Segment PRODUCT =
      Segment.define(
          "product",
          new Specs().tensor("a", TFloat32.class, SHAPE).tensor("b", TFloat32.class, SHAPE),
          List.of(),
          (tf, in) ->
              new Tensors()
                  .put("y", tf.math.mul(in.get("a", TFloat32.class), in.get("b", TFloat32.class))));

  private static Operand<TFloat32> twice(Ops tf, Operand<TFloat32> x) {
    return TWICE.call(tf, new Tensors().put("x", x), true).get("y", TFloat32.class);
  }

  private static Operand<TFloat32> product(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    return PRODUCT.call(tf, new Tensors().put("a", a).put("b", b), true).get("y", TFloat32.class);
  }

  private static List<Operation> calls(Graph graph, String scope) {
    List<Operation> calls = new ArrayList<>();
    graph
        .operations()
        .forEachRemaining(
            op -> {
              if (op.type().equals(StatefulPartitionedCall.OP_NAME)
                  && op.name().startsWith(scope)) {
                calls.add(op);
              }
            });
    return calls;
  }

  @Test
  void begin_callsTheLargestFunctionWithZerosAndLeavesTheRunAsItIs() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Operand<TFloat32> x = tf.constant(new float[] {1, 2, 3});
      Operand<TFloat32> y = product(tf, twice(tf, twice(tf, x)), x); // 4 x^2
      try (Session session = GraphSession.open(graph)) {
        Precompilation precompilation = new Precompilation();
        for (int step = 1; step <= 2; step++) {
          precompilation.begin(session, tf.withSubScope("compile"), List.of(y), 8);
        }
        try (var fetched = session.runner().fetch(y).run()) {
          assertThat(HostTensors.toDoubles(fetched.get(0))).containsExactly(4, 16, 36);
        }
        precompilation.close();

        assertThat(calls(graph, "compile"))
            .singleElement()
            .satisfies(
                call -> {
                  assertThat(call.numOutputs()).isEqualTo(1);
                  assertThat(((GraphOperation) call).numInputs()).isEqualTo(2);
                  assertThat(session.runner().fetch(call.name()).run().get(0))
                      .isInstanceOfSatisfying(
                          TFloat32.class,
                          zeros -> assertThat(HostTensors.toDoubles(zeros)).containsOnly(0));
                });
      }
    }
  }

  @Test
  void begin_ofOneFunction_callsNothing() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Operand<TFloat32> y = twice(tf, twice(tf, tf.constant(new float[] {1, 2, 3})));
      try (Session session = GraphSession.open(graph)) {
        try (Precompilation precompilation = new Precompilation()) {
          precompilation.begin(session, tf.withSubScope("compile"), List.of(y), 8);
        }

        assertThat(calls(graph, "compile")).isEmpty();
      }
    }
  }

  @Test
  void begin_leavesAFunctionOfVariablesToTheRun() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Segment assigns =
          Segment.define(
              "assigns",
              new Specs()
                  .variables("variable", Map.of("v", SHAPE))
                  .tensor("x", TFloat32.class, SHAPE),
              List.of(),
              (body, in) -> {
                @SuppressWarnings("unchecked") // a handle has no Java type
                var handle = (Operand<TFloat32>) in.get("variable/v");
                Operand<TFloat32> x = in.get("x", TFloat32.class);
                return new Tensors()
                    .put(
                        "y",
                        body.withControlDependencies(List.of(body.assignVariableOp(handle, x)))
                            .identity(x));
              });
      var variable = tf.varHandleOp(TFloat32.class, SHAPE);
      Operand<TFloat32> x = tf.constant(new float[] {1, 2, 3});
      Operand<TFloat32> y = product(tf, twice(tf, x), x);
      Operand<?> z =
          assigns.call(tf, new Tensors().put("variable/v", variable).put("x", y), true).get("y");
      try (Session session = GraphSession.open(graph)) {
        try (Precompilation precompilation = new Precompilation()) {
          precompilation.begin(session, tf.withSubScope("compile"), List.of(z), 8);
        }

        assertThat(calls(graph, "compile")).hasSize(1);
      }
    }
  }
}
