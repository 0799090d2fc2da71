package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

class Gpt2InitializerTest {
  private static final Gpt2Config MODEL = new Gpt2Config(100, 100, 100, 8, 2, 400, 1e-5);
  private static final Shape SHAPE = Shape.of(16, 625);

  private final TestTensors tensors = new TestTensors();

  @AfterEach
  void close() {
    tensors.close();
  }

  private Operand<TFloat64> initial(String name, long seed) {
    return initial(name, seed, TFloat64.class);
  }

  private <T extends TNumber> Operand<T> initial(String name, long seed, Class<T> type) {
    var tf = tensors.tf();
    return Gpt2Initializer.initialValue(tf, MODEL, name, SHAPE, tf.constant(seed), type);
  }

  @ParameterizedTest
  @CsvSource({
    "wte.weight, 0.02",
    "wpe.weight, 0.02",
    "h.1.attn.c_attn.weight, 0.02",
    "h.1.mlp.c_fc.weight, 0.02",
    "h.1.attn.c_proj.weight, 0.005", // 0.02 / sqrt(2 * 8)
    "h.7.mlp.c_proj.weight, 0.005",
    "h.0.mlp.c_fc.lora_A, 0.25", // 1 / sqrt(16)
  })
  void matrices_areNormalWithTheirDeviation(String name, double deviation) {
    double[] values = tensors.value(initial(name, 1));

    double mean = Arrays.stream(values).average().orElseThrow();
    double square = Arrays.stream(values).map(x -> x * x).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(0.04 * deviation));
    assertThat(Math.sqrt(square)).isCloseTo(deviation, within(0.03 * deviation));
  }

  @ParameterizedTest
  @CsvSource({
    "h.0.ln_1.weight, 1",
    "ln_f.weight, 1",
    "ln_f.bias, 0",
    "h.0.attn.c_proj.bias, 0",
    "h.0.mlp.c_fc.lora_B, 0",
  })
  void others_areConstant(String name, double value) {
    assertThat(tensors.value(initial(name, 1))).containsOnly(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"wte.weight", "h.7.mlp.c_proj.weight", "h.0.mlp.c_fc.lora_A", "ln_f.weight"})
  void values_ofFloat64_areThoseOfFloat32(String name) {
    List<double[]> values =
        tensors.values(List.of(initial(name, 1), initial(name, 1, TFloat32.class)));

    assertThat(values.get(0)).containsExactly(values.get(1));
  }

  @Test
  void values_dependOnSeedAndName() {
    List<double[]> values =
        tensors.values(
            List.of(
                initial("wte.weight", 1),
                initial("wte.weight", 1),
                initial("wte.weight", 2),
                initial("wpe.weight", 1)));

    assertThat(values.get(1)).containsExactly(values.get(0));
    assertThat(values.get(2)[0]).isNotEqualTo(values.get(0)[0]);
    assertThat(values.get(3)[0]).isNotEqualTo(values.get(0)[0]);
  }
}
