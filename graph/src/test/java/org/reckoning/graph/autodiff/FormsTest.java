package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** The forms that {@link Rewrites} see. */
class FormsTest {
  private final TestGraph g = new TestGraph();
  private final Ops tf = g.tf();
  private final Operand<TNumber> a = g.input(2, 3).asOutput();
  private final Operand<TNumber> b = g.input(2, 3).asOutput();
  private final Operand<TNumber> row = g.input(3).asOutput();
  private final Operand<TNumber> scalar = g.input().asOutput();

  @AfterEach
  void close() {
    g.close();
  }

  @Test
  void table_namesOpsWithRules() {
    assertThat(Differentiator.standard().differentiableOps()).containsAll(Forms.opTypes());
  }

  @Test
  void of_tensorsOfOneShape_isTheirSumOrProduct() {
    assertThat(Forms.of(tf.math.add(a, b))).isEqualTo(new Form.Sum(a, b));
    assertThat(Forms.of(tf.math.mul(a, b))).isEqualTo(new Form.Product(a, b));
  }

  @Test
  void of_broadcastTensors_isNone() {
    assertThat(Forms.of(tf.math.add(a, row))).isNull();
    assertThat(Forms.of(tf.math.add(a, scalar))).isNull();
    assertThat(Forms.of(tf.math.mul(row, a))).isNull();
  }

  @Test
  void of_aScalarFactor_isAMultiple() {
    assertThat(Forms.of(tf.math.mul(scalar, a))).isEqualTo(new Form.Multiple(scalar, a));
    assertThat(Forms.of(tf.math.mul(a, scalar))).isEqualTo(new Form.Multiple(scalar, a));
    assertThat(Forms.of(tf.math.neg(a))).isEqualTo(new Form.Negative(a));
  }

  @Test
  void of_aReshape_isAView() {
    assertThat(Forms.of(tf.reshape(a, tf.constant(new int[] {6})))).isEqualTo(new Form.View(a));
  }

  @Test
  void of_aCastToBfloat16_isRounded() {
    assertThat(Forms.of(TestGraph.number(tf.dtypes.cast(a, TBfloat16.class))))
        .isEqualTo(new Form.Rounded(a));
    assertThat(Forms.of(TestGraph.number(tf.dtypes.cast(a, TFloat32.class)))).isNull();
    assertThat(Forms.of(TestGraph.number(tf.dtypes.cast(tf.constant(1), TBfloat16.class))))
        .isNull();
  }

  @Test
  void of_aMatrixProduct_isLinearInTheOperandThatIsNotTransposed() {
    assertThat(Forms.of(tf.linalg.matMul(a, b, MatMul.transposeB(true))))
        .isEqualTo(new Form.Linear(0));
    assertThat(Forms.of(tf.linalg.matMul(a, b, MatMul.transposeA(true))))
        .isEqualTo(new Form.Linear(1));
  }

  @Test
  void of_anyOtherOp_isNone() {
    assertThat(Forms.of(a)).isNull();
    assertThat(Forms.of(tf.math.tanh(a))).isNull();
  }
}
