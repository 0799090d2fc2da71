package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat64;

/**
 * The worked example of {@code docs/architecture.md}: one weight, K = 2, SGD, made of the same
 * pieces as the program of a GPT-2.
 *
 * <pre>{@code
 * L_in(w) = (w - 3)^2     L_out(w) = (w - 1)^2     w_k+1 = w_k - rate_k L_in'(w_k)
 * }</pre>
 *
 * <p>By hand: {@code w_k+1 - 3 = (1 - 2 rate_k)(w_k - 3)}, so {@code lambda_k = (1 - 2 rate_k)
 * lambda_k+1} with {@code lambda_2 = 2 (w_2 - 1)}, and the gradient of rate_k is {@code -lambda_k+1
 * 2 (w_k - 3)}.
 */
class WorkedExampleTest {
  private static final Differentiator D = Differentiator.standard();
  private static final Path DOCUMENT = Path.of("..", "docs", "architecture.md");

  private final Segment loss =
      segment(
          List.of("w"), "inner_loss", (tf, in) -> new Tensors().put("loss", innerLoss(tf, w(in))));

  private final Segment innerStep =
      segment(
          List.of("w", "rate"),
          "inner_step",
          (tf, in) -> {
            Operand<TFloat64> g =
                gradient(tf.withSubScope("gradient"), innerLoss(tf, w(in)), w(in));
            return new Tensors().put("w", update(tf.withSubScope("update"), in, g));
          });

  private final Segment outer =
      segment(
          List.of("w"),
          "outer",
          (tf, in) -> {
            Operand<TFloat64> loss = squaredDistance(tf, w(in), 1);
            return new Tensors()
                .put("loss", loss)
                .put("d_w", gradient(tf.withSubScope("gradient"), loss, w(in)));
          });

  private final Segment pullback =
      segment(
          List.of("w", "rate", "d_w"),
          "inner_step_pullback",
          (tf, in) -> {
            Operand<TFloat64> g =
                gradient(tf.withSubScope("gradient"), innerLoss(tf, w(in)), w(in));
            Operand<TFloat64> next = update(tf.withSubScope("update"), in, g);
            var bars =
                D.pullback(
                    tf.withSubScope("update_pullback"),
                    List.of(next),
                    List.of(in.get("d_w", TFloat64.class)),
                    List.of(w(in), g, in.get("rate", TFloat64.class)));
            var hessian =
                D.pushforward(
                    tf.withSubScope("hessian"),
                    List.of(g),
                    List.of(w(in)),
                    List.of(bars.orZero(1)));
            return new Tensors()
                .put("d_w", tf.math.add(bars.orZero(0), hessian.orZero(0)))
                .put("d_rate", bars.orZero(2));
          });

  private static Segment segment(List<String> arguments, String name, Segment.Body body) {
    Specs specs = new Specs();
    arguments.forEach(argument -> specs.tensor(argument, TFloat64.class, Shape.scalar()));
    return Segment.define(name, specs, List.of(), body);
  }

  private static Operand<TFloat64> w(Tensors in) {
    return in.get("w", TFloat64.class);
  }

  private static Operand<TFloat64> innerLoss(Ops tf, Operand<TFloat64> w) {
    return squaredDistance(tf, w, 3);
  }

  private static Operand<TFloat64> squaredDistance(Ops tf, Operand<TFloat64> w, double from) {
    Operand<TFloat64> difference = tf.withName("difference").math.sub(w, tf.constant(from));
    return tf.math.square(difference);
  }

  private static Operand<TFloat64> gradient(Ops tf, Operand<TFloat64> y, Operand<TFloat64> w) {
    return D.gradients(tf, y, List.of(w)).orZero(0).asOutput().expect(TFloat64.class);
  }

  private static Operand<TFloat64> update(Ops tf, Tensors in, Operand<TFloat64> g) {
    Operand<TFloat64> rate = in.get("rate", TFloat64.class);
    InnerOptimizer.Update<TFloat64> update =
        new Sgd().update(tf, w(in), Map.of(), g, rate, tf.constant(1.0));
    return update.theta();
  }

  @Test
  void document_showsTheNodes() throws IOException {
    String document = Files.readString(DOCUMENT);

    for (Segment segment : List.of(loss, innerStep, pullback)) {
      assertThat(document).contains("```\n" + nodes(segment) + "```\n");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void numbers_areThoseByHand(boolean compiled) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat64> rate = tf.constant(0.25);
      Tensors state0 = new Tensors().put("w", tf.constant(1.0)).put("rate", rate);
      Operand<?> w1 = innerStep.call(tf.withSubScope("inner_0"), state0, compiled).get("w");
      Tensors state1 = new Tensors().put("w", w1).put("rate", rate);
      Operand<?> w2 = innerStep.call(tf.withSubScope("inner_1"), state1, compiled).get("w");
      Tensors out = outer.call(tf.withSubScope("outer"), new Tensors().put("w", w2), compiled);
      Tensors pulled1 =
          pullback.call(tf.withSubScope("pullback_1"), state1.put("d_w", out.get("d_w")), compiled);
      Tensors pulled0 =
          pullback.call(
              tf.withSubScope("pullback_0"), state0.put("d_w", pulled1.get("d_w")), compiled);

      Map<String, Operand<?>> fetches = new HashMap<>();
      fetches.put("w_1", w1);
      fetches.put("w_2", w2);
      fetches.put("L_out", out.get("loss"));
      fetches.put("lambda_2", out.get("d_w"));
      fetches.put("lambda_1", pulled1.get("d_w"));
      fetches.put("lambda_0", pulled0.get("d_w"));
      fetches.put("d_rate_1", pulled1.get("d_rate"));
      fetches.put("d_rate_0", pulled0.get("d_rate"));
      assertThat(run(graph, fetches))
          .isEqualTo(
              Map.of(
                  "w_1", 2.0,
                  "w_2", 2.5,
                  "L_out", 2.25,
                  "lambda_2", 3.0,
                  "lambda_1", 1.5,
                  "lambda_0", 0.75,
                  "d_rate_1", 6.0,
                  "d_rate_0", 6.0));
    }
  }

  private static Map<String, Double> run(Graph graph, Map<String, Operand<?>> fetches) {
    Map<String, Double> values = new HashMap<>();
    try (Session session = GraphSession.open(graph)) {
      fetches.forEach(
          (name, fetch) -> {
            try (Result result = session.runner().fetch(fetch).run()) {
              values.put(name, ((TFloat64) result.get(0)).getDouble());
            }
          });
    }
    return values;
  }

  /** One line for each node but constants, which stand as numbers where they are used. */
  private static String nodes(Segment segment) {
    Map<String, String> constants = new HashMap<>();
    List<String> lines = new ArrayList<>();
    for (NodeDef node : segment.function().getNodeDefList()) {
      if (node.getOp().equals("Const")) {
        double value = node.getAttrOrThrow("value").getTensor().getDoubleVal(0);
        constants.put(node.getName(), Integer.toString((int) value));
      } else {
        List<String> inputs =
            node.getInputList().stream()
                .map(input -> input.replaceAll(":.*", ""))
                .map(input -> constants.getOrDefault(input, input))
                .toList();
        lines.add(
            "%-28s = %s(%s)\n".formatted(node.getName(), node.getOp(), String.join(", ", inputs)));
      }
    }
    return String.join("", lines);
  }
}
