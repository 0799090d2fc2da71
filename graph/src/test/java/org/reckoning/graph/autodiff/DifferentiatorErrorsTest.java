package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Messages of the {@link Differentiator}: what is wrong, and in which node. */
class DifferentiatorErrorsTest {
  private static final Differentiator D = Differentiator.standard();

  private final TestGraph g = new TestGraph();
  private final Ops tf = g.tf();

  @AfterEach
  void close() {
    g.close();
  }

  @Test
  void pullback_ofAnUnknownOp_namesTypeNodeAndKnownTypes() {
    Operand<TNumber> x = g.input(2);
    Operand<TNumber> y = tf.withSubScope("mlp").math.asinh(x);
    Operand<TNumber> z = tf.math.square(y);
    String known = String.join(", ", D.differentiableOps());

    assertThatThrownBy(() -> D.gradients(tf, z, List.of(x)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("no pullback for op type 'Asinh' (node 'mlp/Asinh'); known: [" + known + "]");
    assertThatThrownBy(() -> D.pushforward(tf, List.of(z), List.of(x), List.of(x)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "no pushforward for op type 'Asinh' (node 'mlp/Asinh'); known: [" + known + "]");
  }

  @Test
  void gradients_ofAnOpThatIsNoStepFunction_areNotSilentlyZero() {
    Operand<TFloat32> x = tf.constant(2f);
    Operand<TFloat32> y = tf.linSpace(x, tf.constant(1f), tf.constant(5));

    assertThatThrownBy(() -> D.gradients(tf, y, List.of(x)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("no pullback for op type 'LinSpace'");
  }

  @Test
  void zeros_ofAnUnknownShape_areRefusedWhileTheGraphIsBuilt() {
    Operand<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 3)));

    assertThatThrownBy(() -> D.gradients(tf, tf.constant(1f), List.of(x)).orZero(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have a static shape to be differentiated");
  }

  @Test
  void pullback_withASeedOfAnotherShape_tellsBoth() {
    Operand<TNumber> x = g.input(2, 3);
    Operand<TNumber> y = tf.withName("y").math.tanh(x);
    Operand<TNumber> seed = g.input(3);

    assertThatThrownBy(() -> D.pullback(tf, List.of(y), List.of(seed), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "cotangent of output 0 must be DT_DOUBLE [2, 3], like tensor 'y', but is DT_DOUBLE [3]");
  }

  @Test
  void pushforward_withASeedOfAnotherDtype_tellsBoth() {
    Operand<TNumber> x = g.input(2, 3);
    Operand<TNumber> seed = g.input(TFloat32.class, Shape.of(2, 3));

    assertThatThrownBy(() -> D.pushforward(tf, List.of(tf.math.tanh(x)), List.of(x), List.of(seed)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tangent of input 0 must be DT_DOUBLE [2, 3], like tensor 'Placeholder',"
                + " but is DT_FLOAT [2, 3]");
  }

  @Test
  void seeds_ofAnotherNumber_areCounted() {
    Operand<TNumber> x = g.input(2);

    assertThatThrownBy(() -> D.pullback(tf, List.of(x), List.of(), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of cotangents (0) must equal the number of outputs (1)");
    assertThatThrownBy(() -> D.pushforward(tf, List.of(x), List.of(x, x), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of tangents (1) must equal the number of inputs (2)");
  }

  @Test
  void gradients_ofAnUnknownShape_nameTheTensor() {
    Operand<TFloat64> x =
        tf.withName("tokens").placeholder(TFloat64.class, Placeholder.shape(Shape.of(-1, 3)));
    Operand<TFloat64> y = tf.sum(tf.math.square(x), tf.constant(new int[] {0, 1}));

    assertThatThrownBy(() -> D.gradients(tf, y, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor 'Square' must have a static shape to be differentiated but has [-1, 3]");
  }

  @Test
  void gradients_throughAComputedPermutation_nameInputAndNode() {
    Operand<TNumber> x = g.input(2, 3);
    Operand<TInt32> axes = tf.reverse(tf.constant(new int[] {0, 1}), tf.constant(new int[] {0}));
    Operand<TNumber> y = tf.ensureShape(tf.linalg.transpose(x, axes), Shape.of(3, 2));

    assertThatThrownBy(() -> D.gradients(tf, y, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "input 1 of op type 'Transpose' (node 'Transpose') must be a constant, or the op"
                + " cannot be differentiated, but comes from a ReverseV2");
  }

  @Test
  void gradients_ofAnEinsumWithALabelOfItsOwn_nameTheEquation() {
    Operand<TNumber> x = g.input(2, 3);
    Operand<TNumber> y = tf.linalg.einsum(List.of(x, g.input(2)), "ij,i->i");

    assertThatThrownBy(() -> D.gradients(tf, y, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "equation 'ij,i->i' of op type 'Einsum' (node 'Einsum') must be 'a,b->y' to be"
                + " differentiated: explicit, two operands, no repeated label within an operand,"
                + " and each label of an operand in the other operand or the result");
  }

  @Test
  void pushforward_ofAnEinsumOfOneOperand_namesTheNode() {
    Operand<TNumber> x = g.input(2, 3);
    Operand<TNumber> y = tf.linalg.einsum(List.of(x), "ij->ji");

    assertThatThrownBy(() -> D.pushforward(tf, List.of(y), List.of(x), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "op type 'Einsum' (node 'Einsum') must have two inputs to be differentiated but has 1");
  }

  @Test
  void gradients_inADtypeWithoutDerivatives_tellWhichHave() {
    Operand<TInt32> x = tf.constant(3);

    assertThatThrownBy(() -> D.gradients(tf, tf.math.square(x), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dtype (TInt32) must be TFloat32, TFloat64 or TBfloat16 to have derivatives");
  }

  @Test
  void with_aRuleThatReturnsAnotherShape_failsWhileBuilding() {
    Differentiator wrong =
        D.with(
            "Asinh",
            (n, dy, i) -> n.tf().linalg.transpose(dy.orZero(0), n.ints(1, 0)),
            (n, dx) -> List.of(n.tf().linalg.transpose(dx.orZero(0), n.ints(1, 0))));
    Operand<TNumber> x = g.input(2, 3);
    Operand<TNumber> y = tf.math.asinh(x);

    assertThatThrownBy(() -> wrong.gradients(tf, y, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "cotangent of input 0 of op type 'Asinh' (node 'Asinh') must be DT_DOUBLE [2, 3],"
                + " like tensor 'Placeholder', but is DT_DOUBLE [3, 2]");
    assertThatThrownBy(() -> wrong.pushforward(tf, List.of(y), List.of(x), List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tangent of output 0 of op type 'Asinh' (node 'Asinh') must be DT_DOUBLE [2, 3],"
                + " like tensor 'Asinh', but is DT_DOUBLE [3, 2]");
  }
}
