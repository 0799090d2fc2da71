package org.reckoning.trainer.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Files that went wrong at random, again and again. */
class SafetensorsMutationTest {
  private static final int MUTATIONS = 3_000;

  /** Much less than the 100 MB that a header may claim. */
  private static final long MAX_ALLOCATED = 8_000_000;

  /** What stands in a header, to be put where it does not belong. */
  private static final String[] WORDS = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "0",
    "-1",
    "4",
    "9",
    "1e9",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "null",
    "F16",
    "BF16",
    "F64",
    "I32",
    "\"shape\"",
    "\"dtype\"",
    "\"data_offsets\"",
    "__metadata__",
    "\\u0000",
    "a",
    "\"b\"",
    " ",
    "\n"
  };

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void open_ofMutatedFiles_readsOrRefusesInOneSentence() throws IOException {
    byte[] original = original();
    Map<String, float[]> numbers = read(original);
    Random random = new Random(29);
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = mutate(original, random);
      String what = "mutation %d".formatted(i);
      long before = allocated();
      try {
        Map<String, float[]> read = read(mutated);
        outcomes.merge("read", 1, Integer::sum);
        if (Arrays.equals(header(mutated), header(original))) { // so one number differs at most
          assertThat(read.keySet()).as(what).isEqualTo(numbers.keySet());
          assertThat(differing(read, numbers)).as(what).isLessThanOrEqualTo(1);
        }
      } catch (WeightsFormatException e) {
        outcomes.merge("refused", 1, Integer::sum);
        assertThat(e.getMessage())
            .as(what)
            .startsWith(path() + ": ")
            .doesNotContain("\n")
            .hasSizeBetween(path().toString().length() + 20, path().toString().length() + 600);
      } catch (RuntimeException | Error e) {
        fail(what, e);
      }
      assertThat(allocated() - before).as(what).isLessThan(MAX_ALLOCATED);
    }
    assertThat(outcomes.get("refused")).as("%s", outcomes).isGreaterThan(MUTATIONS / 2);
    assertThat(outcomes.get("read")).as("%s", outcomes).isGreaterThan(50);
  }

  private static int differing(Map<String, float[]> read, Map<String, float[]> numbers) {
    int differing = 0;
    for (Map.Entry<String, float[]> each : numbers.entrySet()) {
      float[] values = read.getOrDefault(each.getKey(), new float[0]);
      assertThat(values).hasSameSizeAs(each.getValue());
      for (int i = 0; i < values.length; i++) {
        differing += values[i] == each.getValue()[i] ? 0 : 1;
      }
    }
    return differing;
  }

  private static byte[] mutate(byte[] original, Random random) {
    int headerEnd = 8 + (int) ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] bytes = original.clone();
    switch (random.nextInt(8)) {
      case 0 -> bytes[random.nextInt(8)] ^= (byte) (1 << random.nextInt(8)); // its length
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length)); // cut
      case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(64)); // longer
      case 3 -> bytes[headerEnd + random.nextInt(bytes.length - headerEnd)] ^= 0x10; // a number
      case 4 -> bytes[8 + random.nextInt(headerEnd - 8)] = (byte) random.nextInt(256);
      default -> {
        int at = 8 + random.nextInt(headerEnd - 8);
        int left = random.nextBoolean() ? random.nextInt(12) : 0;
        String word = WORDS[random.nextInt(WORDS.length)];
        bytes = spliced(bytes, headerEnd, at, Math.min(left, headerEnd - at), word);
      }
    }
    return bytes;
  }

  /** Puts a word into the header, whose length is told as it is then. */
  private static byte[] spliced(byte[] bytes, int headerEnd, int at, int left, String word) {
    byte[] put = word.getBytes(StandardCharsets.UTF_8);
    ByteBuffer result =
        ByteBuffer.allocate(bytes.length - left + put.length).order(ByteOrder.LITTLE_ENDIAN);
    result.putLong(headerEnd - 8 - left + put.length);
    result.put(bytes, 8, at - 8).put(put).put(bytes, at + left, bytes.length - at - left);
    return result.array();
  }

  private static byte[] header(byte[] bytes) {
    long length =
        bytes.length < 8 ? 0 : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return Arrays.copyOf(bytes, (int) Math.max(0, Math.min(bytes.length, 8 + length)));
  }

  private byte[] original() throws IOException {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("wte.weight", new TensorData.Floats(Shape.of(5, 4), new float[20]));
    tensors.put("ln_f.bias", new TensorData.Floats(Shape.of(4), new float[] {1, 2, 3, 4}));
    tensors.put("none", new TensorData.Floats(Shape.of(0, 3), new float[0]));
    tensors.put("twice", new TensorData.Doubles(Shape.of(3), new double[] {1, 2, 3}));
    SafetensorsWriter.write(path(), tensors, Map.of("format", "pt"));
    return Files.readAllBytes(path());
  }

  private Map<String, float[]> read(byte[] bytes) throws IOException {
    Map<String, float[]> read = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(Files.write(path(), bytes))) {
      for (String name : file.names()) {
        if (file.isReadable(name)) {
          try (TFloat32 tensor = file.read(name)) {
            float[] values = new float[(int) tensor.shape().size()];
            FloatTensors.data(tensor).read(values);
            read.put(name, values);
          }
        }
      }
    }
    return read;
  }

  /** Bytes that this thread has allocated on the heap so far. */
  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private Path path() {
    return directory.resolve("t.safetensors");
  }
}
