package org.reckoning.trainer.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class SafetensorsWriterTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void write_thenRead_givesTheSame() throws IOException {
    Random random = new Random(3);
    float[] floats = new float[300_000 * 3];
    double[] doubles = new double[200_000];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = random.nextGaussian();
    }
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("z.floats", new TensorData.Floats(Shape.of(300_000, 3), floats));
    tensors.put("scalar", new TensorData.Floats(Shape.scalar(), new float[] {Float.NaN}));
    tensors.put("\"\u00e4\n\"", new TensorData.Doubles(Shape.of(doubles.length), doubles));
    tensors.put("empty", new TensorData.Doubles(Shape.of(0, 4), new double[0]));
    SafetensorsWriter.write(path(), tensors, Map.of("step", "12"));

    try (SafetensorsFile file = SafetensorsFile.open(path())) {
      assertThat(file.names()).containsExactly("\"\u00e4\n\"", "empty", "z.floats", "scalar");
      assertThat(file.metadata()).isEqualTo(Map.of("step", "12"));
      tensors.forEach((name, t) -> assertThat(file.shape(name)).isEqualTo(t.shape()));
      assertThat(file.dtype("z.floats")).isEqualTo("F32");
      assertThat(file.dtype("empty")).isEqualTo("F64");
      assertThat(file.readFloats("z.floats")).isEqualTo(floats);
      assertThat(file.readFloats("scalar")).containsExactly(Float.NaN);
      assertThat(file.readDoubles("\"\u00e4\n\"")).isEqualTo(doubles);
      assertThat(file.readDoubles("empty")).isEmpty();
    }
  }

  @Test
  void write_givesTheBytesOfTheFormat() throws IOException {
    SafetensorsWriter.write(
        path(), Map.of("t", new TensorData.Floats(Shape.of(2), new float[] {1, -2})));
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path())).order(ByteOrder.LITTLE_ENDIAN);
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    int padded = (header.length() + 7) / 8 * 8;
    assertThat(bytes.getLong()).isEqualTo(padded);
    byte[] written = new byte[padded];
    bytes.get(written);
    assertThat(new String(written, StandardCharsets.UTF_8))
        .isEqualTo(header + " ".repeat(padded - header.length()));
    assertThat(bytes.getFloat()).isEqualTo(1);
    assertThat(bytes.getFloat()).isEqualTo(-2);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void write_replacesTheFileAndLeavesNothingElse() throws IOException {
    SafetensorsWriter.write(path(), Map.of());
    SafetensorsWriter.write(
        path(), Map.of("t", new TensorData.Doubles(Shape.scalar(), new double[] {0.1})));
    try (SafetensorsFile file = SafetensorsFile.open(path())) {
      assertThat(file.readDoubles("t")).containsExactly(0.1);
    }
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(path());
    }
  }

  @Test
  void write_thatFails_leavesTheOldFile() throws IOException {
    Files.writeString(path(), "old");
    var reserved = Map.of("__metadata__", new TensorData.Floats(Shape.of(0), new float[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsWriter.write(path(), reserved))
        .withMessage(path() + ": a tensor must not be called '__metadata__'");
    assertThat(path()).hasContent("old");
  }

  @Test
  void write_ofTensorsThatAreElsewhere_readsOneAtATime() throws IOException {
    int[] open = {0};
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      float value = i + 0.5f;
      tensors.put(
          "t" + i,
          new TensorData.Lazy(
              Shape.of(70_000, 2),
              () -> {
                open[0]++;
                return FloatTensors.filled(
                    Shape.of(70_000, 2), (chunk, count) -> Arrays.fill(chunk, value));
              }));
    }
    SafetensorsWriter.write(path(), tensors);
    assertThat(open[0]).isEqualTo(3);
    try (SafetensorsFile file = SafetensorsFile.open(path())) {
      assertThat(file.names()).containsExactly("t0", "t1", "t2");
      for (int i = 0; i < 3; i++) {
        assertThat(file.readFloats("t" + i)).hasSize(140_000).containsOnly(i + 0.5f);
      }
    }
  }

  @Test
  void write_ofATensorOfAnotherShape_leavesTheOldFile() throws IOException {
    Files.writeString(path(), "old");
    var wrong = Map.of("t", new TensorData.Lazy(Shape.of(2), () -> TFloat32.vectorOf(1, 2, 3)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsWriter.write(path(), wrong))
        .withMessage("tensor to write must have shape [2] but has [3]");
    assertThat(path()).hasContent("old");
  }

  @Test
  void tensorData_requiresAsManyValuesAsTheShapeHas() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TensorData.Floats(Shape.of(2, 3), new float[5]))
        .withMessage("a tensor of shape [2, 3] must have 6 elements but has 5");
  }

  private Path path() {
    return directory.resolve("t.safetensors");
  }
}
