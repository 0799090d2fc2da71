package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.FloatTensors;
import org.reckoning.trainer.tensors.NonFinite;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class NonFiniteTest {
  private static final Gpt2Config SIZES = new Gpt2Config(50_257, 3, 2, 1, 1, 4, 1e-5);

  @TempDir Path directory;

  @Test
  void in_countsNanAndInfinities_alsoBeyondTheFirstChunk() throws IOException {
    float[] values = new float[200_000];
    values[0] = Float.MAX_VALUE;
    values[1] = -Float.MAX_VALUE;
    values[2] = Float.MIN_VALUE;
    assertThat(in(values).isNone()).isTrue();
    values[70_000] = Float.NEGATIVE_INFINITY;
    assertThat(in(values)).isEqualTo(new NonFinite(0, 1)).hasToString("1 infinite");
    values[199_999] = Float.intBitsToFloat(0xffc0_0001); // a NaN with sign and payload
    assertThat(in(values)).isEqualTo(new NonFinite(1, 1)).hasToString("1 NaN and 1 infinite");
  }

  private static NonFinite in(float[] values) throws IOException {
    int[] done = {0};
    try (TFloat32 tensor =
        FloatTensors.filled(
            Shape.of(values.length),
            (chunk, count) -> {
              System.arraycopy(values, done[0], chunk, 0, count);
              done[0] += count;
            })) {
      return NonFinite.in(tensor);
    }
  }

  @Test
  void open_ofWeightsThatAreNotFinite_namesTensorAndNumbers() throws IOException {
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5)) {
      Path model = PaddedModel.write(directory.resolve("bad"), plain, 50_304, Float.NaN);
      Path file = model.resolve("model.safetensors");
      Map<String, TensorData> tensors = PaddedModel.tensors(plain, 50_304, Float.NaN);
      float[] bias =
          ((TensorData.Floats) Objects.requireNonNull(tensors.get("ln_f.bias"))).values();
      bias[0] = Float.NaN;
      bias[1] = Float.POSITIVE_INFINITY;
      SafetensorsWriter.write(file, tensors);
      try (Gpt2Weights read = PublishedWeights.open(model)) {
        assertThatExceptionOfType(WeightsFormatException.class)
            .isThrownBy(() -> read.read("ln_f.bias"))
            .withMessageStartingWith(
                "%s: tensor 'ln_f.bias' has 1 NaN and 1 infinite among its 2 numbers but all must",
                model);
        read.read("wte.weight").close(); // nothing is computed with the padding
        Path copy = directory.resolve("copy");
        assertThatIOException()
            .isThrownBy(
                () -> ModelDirectory.create(copy, false, to -> ModelDirectory.writeModel(to, read)))
            .withMessageContaining("tensor 'wte.weight' has 94 NaN among its 100608 numbers");
        assertThat(copy).doesNotExist();
      }
      try (Gpt2Weights any = PublishedWeights.openUnchecked(model)) {
        any.requireReadable();
      }
    }
  }
}
