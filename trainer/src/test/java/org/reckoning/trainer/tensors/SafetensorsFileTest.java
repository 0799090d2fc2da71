package org.reckoning.trainer.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.reckoning.trainer.tensors.SafetensorsBytes.file;
import static org.reckoning.trainer.tensors.SafetensorsBytes.littleEndian;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class SafetensorsFileTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void open_readsTheSmallestFile() throws IOException {
    try (SafetensorsFile file = open(file("{}"))) {
      assertThat(file.names()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void open_readsNamesShapesDtypesAndMetadata() throws IOException {
    String header =
        """
        {"b": {"shape": [2, 1], "data_offsets": [4, 12], "dtype": "F32"},
         "\\u00e4/\\"x": {"dtype": "U8", "shape": [], "data_offsets": [12, 13]},
         "__metadata__": {"format": "pt", "": ""},
         "none": {"dtype": "I64", "shape": [3, 0], "data_offsets": [4, 4]},
         "a": {"dtype": "BF16", "shape": [1, 1, 2], "data_offsets": [0, 4]}}
        """;
    try (SafetensorsFile file = open(file(header, new byte[13]))) {
      assertThat(file.names()).containsExactly("b", "\u00e4/\"x", "none", "a");
      assertThat(file.shape("a")).isEqualTo(Shape.of(1, 1, 2));
      assertThat(file.shape("none")).isEqualTo(Shape.of(3, 0));
      assertThat(file.shape("\u00e4/\"x")).isEqualTo(Shape.scalar());
      assertThat(file.dtype("b")).isEqualTo("F32");
      assertThat(file.metadata()).containsEntry("format", "pt").containsEntry("", "").hasSize(2);
    }
  }

  /** Every half and every brain float; bit patterns of all lengths for the larger two. */
  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void read_isExactForEveryReadableDtype(DType dtype) throws IOException {
    int count = 1 << 16;
    Random random = new Random(11);
    byte[] bytes = new byte[count * dtype.bytes()];
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    double[] expected = new double[count];
    for (int i = 0; i < count; i++) {
      switch (dtype) {
        case F64 -> data.putLong(random.nextLong() >> random.nextInt(64));
        case F32 -> data.putInt(random.nextInt() >> random.nextInt(32));
        default -> data.putShort((short) i);
      }
      expected[i] =
          switch (dtype) {
            case F64 -> data.getDouble(8 * i);
            case F32 -> data.getFloat(4 * i);
            case F16 -> MalformedSafetensorsTest.half(i);
            default -> Float.intBitsToFloat(i * 65536);
          };
    }
    String header =
        "{\"t\":{\"dtype\":\"%s\",\"shape\":[256,256],\"data_offsets\":[0,%d]}}"
            .formatted(dtype, bytes.length);
    try (SafetensorsFile file = open(file(header, bytes))) {
      assertThat(file.readDoubles("t")).isEqualTo(expected);
      float[] rounded = new float[count];
      for (int i = 0; i < count; i++) {
        rounded[i] = (float) expected[i];
      }
      assertThat(file.readFloats("t")).isEqualTo(rounded);
      try (TFloat32 tensor = file.read("t")) {
        float[] read = new float[count];
        FloatTensors.data(tensor).read(read);
        assertThat(read).isEqualTo(rounded);
      }
    }
  }

  @Test
  void read_ofSeveralChunks_keepsTheirOrder() throws IOException {
    int count = 700_001; // 2.7 MiB, and not a multiple of anything
    byte[] bytes = new byte[1 + 4 * count];
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1);
    for (int i = 0; i < count; i++) {
      data.putFloat(i);
    }
    String header =
        "{\"u\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[0,1]},"
            + "\"t\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[1,%d]}}"
                .formatted(count, 1 + 4 * count);
    try (SafetensorsFile file = open(file(header, bytes))) {
      float[] floats = file.readFloats("t");
      double[] doubles = file.readDoubles("t");
      float[] ofTensor = new float[count];
      try (TFloat32 tensor = file.read("t")) {
        FloatTensors.data(tensor).read(ofTensor);
      }
      assertThat(floats).hasSize(count);
      for (int i = 0; i < count; i++) {
        if (floats[i] != i || doubles[i] != i || ofTensor[i] != i) {
          throw new AssertionError("element %d is %s".formatted(i, floats[i]));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"F64", "F32", "F16", "BF16"})
  void read_ofOtherDtypes_isRefused(DType dtype) throws IOException {
    String header =
        "{\"t\":{\"dtype\":\"%s\",\"shape\":[],\"data_offsets\":[0,%d]}}"
            .formatted(dtype, dtype.bytes());
    try (SafetensorsFile file = open(file(header, new byte[dtype.bytes()]))) {
      assertThat(file.dtype("t")).isEqualTo(dtype.name());
      assertThatExceptionOfType(WeightsFormatException.class)
          .isThrownBy(() -> file.readFloats("t"))
          .withMessage(
              "%s: tensor 't' has dtype %s but must be F64, F32, F16 or BF16 to be read"
                  .formatted(path(), dtype));
    }
  }

  @Test
  void read_beyondTwoGibibytes_findsItsBytes() throws IOException {
    assumeTrue(Files.getFileStore(directory).getUsableSpace() > 6L << 30, "little disk space");
    long elements = 1L << 31; // of two bytes each
    long end = 2 * elements;
    String header =
        "{\"big\":{\"dtype\":\"BF16\",\"shape\":[2,%d],\"data_offsets\":[0,%d]},"
                .formatted(elements / 2, end)
            + "\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[%d,%d]}}"
                .formatted(end, end + 12);
    byte[] start = file(header);
    try (RandomAccessFile sparse = new RandomAccessFile(path().toFile(), "rw")) {
      sparse.write(start);
      sparse.seek(start.length + end);
      sparse.write(littleEndian(12).putFloat(1.5f).putFloat(-2).putFloat(3e38f).array());
    } catch (IOException e) {
      assumeTrue(false, "the file system has no sparse files: " + e.getMessage());
    }
    try (SafetensorsFile file = SafetensorsFile.open(path())) {
      assertThat(file.readFloats("t")).containsExactly(1.5f, -2, 3e38f);
      try (TFloat32 tensor = file.read("t")) {
        assertThat(tensor.getFloat(2)).isEqualTo(3e38f);
      }
      assertThat(file.shape("big")).isEqualTo(Shape.of(2, elements / 2));
      assertThatExceptionOfType(WeightsFormatException.class)
          .isThrownBy(() -> file.readDoubles("big"))
          .withMessage(
              path()
                  + ": tensor 'big' has 2147483648 elements but a tensor must have at most"
                  + " 2147483639 to be read");
    } finally {
      Files.delete(path());
    }
  }

  @Test
  void read_ofAFileThatShrank_isRefused() throws IOException {
    byte[] bytes =
        file("{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", new byte[8]);
    try (SafetensorsFile file = open(bytes)) {
      try (RandomAccessFile shorter = new RandomAccessFile(path().toFile(), "rw")) {
        shorter.setLength(bytes.length - 1);
      }
      assertThatExceptionOfType(WeightsFormatException.class)
          .isThrownBy(() -> file.readFloats("t"))
          .withMessage("%s: the file ended at byte %d while being read", path(), bytes.length - 1);
    }
  }

  @Test
  void unknownName_isRefused() throws IOException {
    try (SafetensorsFile file = open(file("{}"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.shape("a\nb"))
          .withMessage(path() + ": no tensor 'a?b' among the 0");
    }
  }

  @Test
  void open_ofADirectoryOrNothing_isRefused() {
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> SafetensorsFile.open(directory))
        .withMessage(directory + ": must be a file");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> SafetensorsFile.open(path()))
        .withMessage(path() + ": no such file");
  }

  private SafetensorsFile open(byte[] bytes) throws IOException {
    return SafetensorsFile.open(Files.write(path(), bytes));
  }

  private Path path() {
    return directory.resolve("t.safetensors");
  }
}
