package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

class DropoutTest {
  private static final int SIZE = 10_000;
  private static final double RATE = 0.3;

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();
  private final Operand<TFloat64> ones = tf.fill(tf.constant(new int[] {SIZE}), tf.constant(1.0));

  @AfterEach
  void close() {
    tensors.close();
  }

  private Dropout<TFloat64> seeded(long seed) {
    return seeded(seed, "facts");
  }

  private Dropout<TFloat64> seeded(long seed, String input) {
    return new Dropout<>(RATE, tf.constant(seed), input);
  }

  @Test
  void apply_atRateZero_addsNoNode() {
    Dropout<TFloat64> none = new Dropout<>(0, tf.constant(1L), "facts");
    int before = tensors.size();

    assertThat(none.apply(tf, ones)).isSameAs(ones);
    assertThat(tensors.size()).isEqualTo(before);
  }

  @Test
  void apply_keepsTheExpectation() {
    double[] values = tensors.value(seeded(1).apply(tf, ones));

    long kept = Arrays.stream(values).filter(x -> x != 0).count();
    // The deviation of the share is sqrt(0.7 * 0.3 / 10,000), about 0.005.
    assertThat((double) kept / SIZE).isCloseTo(1 - RATE, within(0.02));
    assertThat(Arrays.stream(values).filter(x -> x != 0).toArray()).containsOnly(1 / (1 - RATE));
  }

  @Test
  void mask_isAFunctionOfSeedInputAndSite() {
    Dropout<TFloat64> one = seeded(1);
    Dropout<TFloat64> same = seeded(1);
    List<double[]> values =
        tensors.values(
            List.of(
                one.apply(tf, ones),
                one.apply(tf, ones),
                same.apply(tf.withSubScope("again"), ones),
                same.apply(tf, ones),
                seeded(2).apply(tf, ones),
                seeded(1, "questions").apply(tf, ones)));

    double[] first = values.get(0);
    double[] second = values.get(1);
    assertThat(values.get(2)).containsExactly(first);
    assertThat(values.get(3)).containsExactly(second);
    assertThat(agreement(first, second)).isCloseTo(independent(), within(0.03));
    assertThat(agreement(first, values.get(4))).isCloseTo(independent(), within(0.03));
    assertThat(agreement(second, values.get(4))).isCloseTo(independent(), within(0.03));
    assertThat(agreement(first, values.get(5))).isCloseTo(independent(), within(0.03));
  }

  /** Returns the share of elements at which two masks agree by chance. */
  private static double independent() {
    return RATE * RATE + (1 - RATE) * (1 - RATE);
  }

  private static double agreement(double[] a, double[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += (a[i] == 0) == (b[i] == 0) ? 1 : 0;
    }
    return (double) same / a.length;
  }

  @Test
  void mask_isThatOfEveryDtypeAndOfXla() {
    List<Operand<?>> masks = new ArrayList<>();
    for (Class<? extends TNumber> type : List.of(TFloat32.class, TFloat64.class)) {
      Segment segment = segment(type);
      Tensors arguments =
          new Tensors().put("seed", tf.constant(7L)).put("x", tf.dtypes.cast(ones, type));
      for (boolean compiled : new boolean[] {false, true}) {
        masks.add(segment.call(tf, arguments, compiled).get("y"));
      }
    }
    List<double[]> values = tensors.values(masks);

    for (double[] each : values) {
      assertThat(agreement(each, values.get(0))).isEqualTo(1);
    }
  }

  private static <T extends TNumber> Segment segment(Class<T> type) {
    return Segment.define(
        "dropout",
        new Specs().tensor("seed", TInt64.class, Shape.scalar()).tensor("x", type, Shape.of(SIZE)),
        List.of(),
        (tf, in) -> {
          Dropout<T> dropout = new Dropout<>(RATE, in.get("seed", TInt64.class), "facts");
          Operand<T> x = in.get("x", type);
          return new Tensors().put("y", dropout.apply(tf, dropout.apply(tf, x)));
        });
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void rate_outOfRange_isRefused(double rate) {
    Operand<TInt64> seed = tf.constant(0L);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dropout<TFloat64>(rate, seed, "facts"))
        .withMessage("dropout rate (%s) must be at least 0 and less than 1".formatted(rate));
  }
}
