package org.reckoning.graph.xla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/** Loops and choices inside segments. */
class LoopTest {
  private static final Specs STATE =
      new Specs()
          .tensor("x", TFloat64.class, Shape.scalar())
          .tensor("limit", TFloat64.class, Shape.scalar())
          .tensor("unused", TFloat64.class, Shape.of(2));

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  private static Operand<TFloat64> get(Tensors in, String name) {
    return in.get(name, TFloat64.class);
  }

  /** Returns the step of Collatz: x / 2 if x is even, else 3 x + 1. */
  private static Choice collatz() {
    return Choice.define(
        "collatz",
        new Specs().tensor("x", TFloat64.class, Shape.scalar()),
        new Specs().tensor("y", TFloat64.class, Shape.scalar()),
        (tf, in) -> new Tensors().put("y", tf.math.mul(get(in, "x"), tf.constant(0.5))),
        (tf, in) ->
            new Tensors()
                .put(
                    "y",
                    tf.math.add(tf.math.mul(get(in, "x"), tf.constant(3.0)), tf.constant(1.0))));
  }

  /** Returns a loop that runs while x is larger than the limit. */
  private static Loop loop() {
    Choice choice = collatz();
    return Loop.define(
        "loop",
        STATE,
        choice.segments(),
        (tf, in) -> tf.math.greater(get(in, "x"), get(in, "limit")),
        (tf, in) -> {
          var remainder = tf.math.floorMod(get(in, "x"), tf.constant(2.0));
          var even = tf.math.equal(remainder, tf.constant(0.0));
          Tensors given = new Tensors().put("x", in.get("x"));
          return new Tensors().put("x", choice.of(tf, even, given).get("y"));
        });
  }

  private static Segment segment(Loop loop) {
    return Segment.define("looping", STATE, loop.segments(), loop::run);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void run_repeatsTheBodyUntilTheConditionFails(boolean compiled) {
    Segment segment = segment(loop());
    List<Operand<?>> last = new ArrayList<>();
    for (double limit : new double[] {1, 5, 10, 100}) {
      Tensors in =
          new Tensors()
              .put("x", tf.constant(7.0)) // 22 11 34 17 52 26 13 40 20 10 5 16 8 4 2 1
              .put("limit", tf.constant(limit))
              .put("unused", tf.constant(new double[] {1, 2}));
      last.add(segment.call(tf, in, compiled).get("x"));
    }

    assertThat(tensors.values(last)).containsExactly(of(1), of(5), of(7), of(7));
  }

  @Test
  void run_returnsTheWholeState() {
    Loop loop = loop();
    Tensors in =
        new Tensors()
            .put("x", tf.constant(2.0))
            .put("limit", tf.constant(1.0))
            .put("unused", tf.constant(new double[] {1, 2}));
    Tensors state = loop.run(tf, in);

    assertThat(state.names()).containsExactly("x", "limit", "unused");
    assertThat(state.get("unused").shape()).isEqualTo(Shape.of(2));
    assertThat(tensors.value(state.get("unused"))).containsExactly(1, 2);
  }

  @Test
  void define_twice_givesTheSameFunctions() {
    assertThat(segment(loop()).functionName()).isEqualTo(segment(loop()).functionName());
  }

  @Test
  void define_withAResultOutsideOfTheState_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Loop.define(
                    "loop",
                    STATE,
                    List.of(),
                    (tf, in) -> tf.constant(true),
                    (tf, in) -> new Tensors().put("y", in.get("x"))))
        .withMessage(
            "results [y] of the body of loop 'loop' must be in its state [x, limit, unused]");
  }

  private static double[] of(double value) {
    return new double[] {value};
  }
}
