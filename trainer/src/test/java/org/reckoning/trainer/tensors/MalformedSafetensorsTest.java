package org.reckoning.trainer.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.reckoning.trainer.tensors.SafetensorsBytes.claiming;
import static org.reckoning.trainer.tensors.SafetensorsBytes.file;
import static org.reckoning.trainer.tensors.SafetensorsBytes.littleEndian;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedSafetensorsTest {
  private static final String ALL_DTYPES =
      "[F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E4M3, F8_E5M2]";
  private static final String LONG_MAX = "9223372036854775807";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** What is wrong, the bytes, and the whole message after the name of the file. */
  static Stream<Arguments> malformed() {
    return Stream.of(
            lengths(), syntax(), metadata(), entries(), dtypes(), shapes(), offsets(), layouts())
        .flatMap(rows -> rows);
  }

  private static Stream<Arguments> lengths() {
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        row("empty file", new byte[0], "must have at least 8 bytes but has 0"),
        row("one byte", new byte[1], "must have at least 8 bytes but has 1"),
        row("seven bytes", new byte[7], "must have at least 8 bytes but has 7"),
        row("no header", new byte[8], "the header must begin with '{'"),
        row(
            "header length zero before a header",
            claiming(0, empty),
            "the header must begin with '{'"),
        row(
            "header one byte longer than the file",
            claiming(3, empty),
            "the header claims 3 bytes but only 2 follow (is the file complete?)"),
        row(
            "length only",
            claiming(2, new byte[0]),
            "the header claims 2 bytes but only 0 follow (is the file complete?)"),
        row(
            "header of the largest allowed length, absent",
            claiming(100_000_000, empty),
            "the header claims 100000000 bytes but only 2 follow (is the file complete?)"),
        row(
            "header above the cap",
            claiming(100_000_001, empty),
            "the header must have at most 100000000 bytes but claims 100000001"),
        row(
            "header of 2 GiB",
            claiming(1L << 31, empty),
            "the header must have at most 100000000 bytes but claims 2147483648"),
        row(
            "header of 2^63 - 1",
            claiming(Long.MAX_VALUE, empty),
            "the header must have at most 100000000 bytes but claims " + LONG_MAX),
        row(
            "header of 2^63",
            claiming(Long.MIN_VALUE, empty),
            "the header must have at most 100000000 bytes but claims 9223372036854775808"),
        row(
            "header of 2^64 - 1",
            claiming(-1, empty),
            "the header must have at most 100000000 bytes but claims 18446744073709551615"),
        row(
            "Git LFS pointer",
            "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII),
            "is a Git LFS pointer instead of the weights; fetch them with 'git lfs pull'"),
        row(
            "big-endian length",
            ByteBuffer.allocate(10).putLong(2).put(empty).array(),
            "the header must have at most 100000000 bytes but claims 144115188075855872"));
  }

  private static Stream<Arguments> syntax() {
    String tensor = entry("F32", "[1]", "[0, 4]");
    return Stream.of(
        row("array", file("[]"), "the header must begin with '{'"),
        row("space before the brace", file(" {}"), "the header must begin with '{'"),
        row("string", file("\"a\""), "the header must begin with '{'"),
        row("byte order mark", file("\ufeff{}"), "the header must begin with '{'"),
        row("zeros", file(new byte[16]), "the header must begin with '{'"),
        row("pickle", file("\u0080\u0002}q"), "the header must begin with '{'"),
        startingWith("open object", file("{"), "the header must be a JSON object: 'Unexpected end"),
        startingWith(
            "cut within an entry",
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":["),
            "the header must be a JSON object: 'Unexpected end"),
        startingWith(
            "cut within a string",
            file("{\"a"),
            "the header must be a JSON object: 'Unexpected end"),
        startingWith(
            "header length that cuts the object",
            claiming(10, ("{" + tensor + "}").getBytes(StandardCharsets.UTF_8), new byte[4]),
            "the header must be a JSON object: 'Unexpected end"),
        row(
            "second object",
            file("{}{}"),
            "the header must be one JSON object but text follows it"),
        startingWith(
            "zeros as padding",
            file("{}\0\0\0"),
            "the header must be a JSON object: 'Illegal char"),
        startingWith(
            "comma at the end",
            file("{" + tensor + ",}", new byte[4]),
            "the header must be a JSON object: 'Unexpected character ('}'"),
        startingWith("single quotes", file("{'a':1}"), "the header must be a JSON object: 'Unexp"),
        startingWith("comment", file("{/**/}"), "the header must be a JSON object: 'Unexpected ch"),
        startingWith(
            "line break in a name",
            file("{\"a\nb\":1}"),
            "the header must be a JSON object: 'Ille"),
        startingWith(
            "not a number",
            file("{" + entry("F32", "[NaN]", "[0, 4]") + "}"),
            "the header must be a JSON object: 'Non-standard token 'NaN'"),
        row(
            "bytes that are not UTF-8",
            file(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
            "the header must be UTF-8"),
        startingWith(
            "UTF-16",
            file("{}".getBytes(StandardCharsets.UTF_16LE)),
            "the header must be a JSON object: 'Illegal character"),
        row(
            "ten thousand braces",
            file("{\"a\":".repeat(10_000)),
            "tensor 'a' has the key 'a'; known: [dtype, shape, data_offsets]"),
        startingWith(
            "tensor twice",
            file("{" + tensor + "," + tensor + "}", new byte[4]),
            "the header must be a JSON object: 'Duplicate field 't''"),
        startingWith(
            "key of an entry twice",
            file(
                "{\"t\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}"),
            "the header must be a JSON object: 'Duplicate field 'dtype''"));
  }

  private static Stream<Arguments> metadata() {
    return Stream.of(
        row(
            "metadata that are a string",
            file("{\"__metadata__\":\"pt\"}"),
            "'__metadata__' must be an object of strings but has 'pt'"),
        row(
            "metadata that are null",
            file("{\"__metadata__\":null}"),
            "'__metadata__' must be an object of strings but has 'null'"),
        row(
            "number in the metadata",
            file("{\"__metadata__\":{\"step\":1}}"),
            "'__metadata__' must have a string under 'step' but has '1'"),
        row(
            "object in the metadata",
            file("{\"__metadata__\":{\"a\":{}}}"),
            "'__metadata__' must have a string under 'a' but has '{'"),
        startingWith(
            "metadata twice",
            file("{\"__metadata__\":{},\"__metadata__\":{}}"),
            "the header must be a JSON object: 'Duplicate field '__metadata__''"),
        startingWith(
            "key of the metadata twice",
            file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"),
            "the header must be a JSON object: 'Duplicate field 'a''"));
  }

  private static Stream<Arguments> entries() {
    return Stream.of(
        row(
            "null",
            file("{\"t\":null}"),
            "tensor 't' must be described by an object but has 'null'"),
        row("array", file("{\"t\":[1]}"), "tensor 't' must be described by an object but has '['"),
        row("number", file("{\"t\":1}"), "tensor 't' must be described by an object but has '1'"),
        row("nothing", file("{\"t\":{}}"), "tensor 't' must have dtype, shape and data_offsets"),
        row(
            "no dtype",
            file("{\"t\":{\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4]),
            "tensor 't' must have dtype, shape and data_offsets"),
        row(
            "no shape",
            file("{\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", new byte[4]),
            "tensor 't' must have dtype, shape and data_offsets"),
        row(
            "no offsets",
            file("{\"t\":{\"dtype\":\"F32\",\"shape\":[1]}}", new byte[4]),
            "tensor 't' must have dtype, shape and data_offsets"),
        row(
            "unknown key",
            file("{\"t\":{\"stride\":1}}"),
            "tensor 't' has the key 'stride'; known: [dtype, shape, data_offsets]"),
        row(
            "name of several lines",
            file("{\"a\\nb\\u2028c\":1}"),
            "tensor 'a?b?c' must be described by an object but has '1'"),
        row(
            "name that steers a terminal",
            file("{\"a\\u009b31m\\u202eb\\u0085\\ud800\":1}"),
            "tensor 'a?31m?b??' must be described by an object but has '1'"),
        row(
            "name of a thousand letters",
            file("{\"" + "n".repeat(1000) + "\":1}"),
            "tensor '" + "n".repeat(120) + "...' must be described by an object but has '1'"));
  }

  private static Stream<Arguments> dtypes() {
    return Stream.of("\"F31\"", "\"f32\"", "\"\"", "\"F32 \"", "32", "null", "true")
        .map(
            dtype ->
                row(
                    "dtype " + dtype,
                    file("{\"t\":{\"dtype\":" + dtype + "}}"),
                    "tensor 't' has dtype '%s'; known: %s"
                        .formatted(dtype.replace("\"", ""), ALL_DTYPES)));
  }

  private static Stream<Arguments> shapes() {
    String big = "18446744073709551616";
    return Stream.concat(
        Stream.of("-1", "1.0", "1e3", "\"4\"", "null", "true", big, "9".repeat(500))
            .map(
                size -> {
                  String text = size.replace("\"", "");
                  String quoted = text.length() > 120 ? text.substring(0, 120) + "..." : text;
                  return row(
                      "size " + quoted,
                      tensor("F32", "[2, " + size + "]", "[0, 4]", 4),
                      "tensor 't' has '%s' in its shape, which must be an integer from 0 to 2^63 - 1"
                          .formatted(quoted));
                }),
        Stream.of(
            row(
                "nested shape",
                tensor("F32", "[[1]]", "[0, 4]", 4),
                "tensor 't' has '[' in its shape, which must be an integer from 0 to 2^63 - 1"),
            row(
                "shape that is a number",
                tensor("F32", "1", "[0, 4]", 4),
                "tensor 't' must have an array as shape but has '1'"),
            row(
                "shape that is an object",
                tensor("F32", "{}", "[0, 4]", 4),
                "tensor 't' must have an array as shape but has '{'"),
            row(
                "65 axes",
                tensor("F32", "[1" + ", 1".repeat(64) + "]", "[0, 4]", 4),
                "tensor 't' must have at most 64 numbers as shape"),
            startingWith(
                "number of two thousand digits",
                tensor("F32", "[" + "9".repeat(2000) + "]", "[0, 4]", 4),
                "the header must be a JSON object: 'Number value length (2000) exceeds"),
            row(
                "elements that overflow",
                tensor("U8", "[4294967296, 4294967296]", "[0, 0]", 0),
                "tensor 't' of dtype U8 and shape [4294967296, 4294967296] must have fewer than"
                    + " 2^63 bytes"),
            row(
                "elements that overflow to the right number",
                tensor("F32", "[4611686018427387905, 4]", "[0, 16]", 16),
                "tensor 't' of dtype F32 and shape [4611686018427387905, 4] must have fewer than"
                    + " 2^63 bytes"),
            row(
                "bytes that overflow",
                tensor("F64", "[" + LONG_MAX + "]", "[0, 8]", 8),
                "tensor 't' of dtype F64 and shape ["
                    + LONG_MAX
                    + "] must have fewer than 2^63"
                    + " bytes"),
            row(
                "overflow before a zero",
                tensor("F32", "[" + LONG_MAX + ", 2, 0]", "[0, 0]", 0),
                "tensor 't' of dtype F32 and shape ["
                    + LONG_MAX
                    + ", 2, 0] must have fewer than"
                    + " 2^63 bytes")));
  }

  private static Stream<Arguments> offsets() {
    String range = " in its data_offsets, which must be an integer from 0 to 2^63 - 1";
    return Stream.of(
        row(
            "offsets that are a number",
            tensor("F32", "[1]", "4", 4),
            "tensor 't' must have an array as data_offsets but has '4'"),
        row(
            "no offset",
            tensor("F32", "[1]", "[]", 4),
            "tensor 't' must have 2 data_offsets but has 0"),
        row(
            "one offset",
            tensor("F32", "[1]", "[0]", 4),
            "tensor 't' must have 2 data_offsets but has 1"),
        row(
            "three offsets",
            tensor("F32", "[1]", "[0, 4, 8]", 4),
            "tensor 't' must have 2 data_offsets but has 3"),
        row("negative begin", tensor("F32", "[1]", "[-4, 0]", 4), "tensor 't' has '-4'" + range),
        row("fraction", tensor("F32", "[1]", "[0, 4.0]", 4), "tensor 't' has '4.0'" + range),
        row(
            "end of 2^63",
            tensor("F32", "[1]", "[0, 9223372036854775808]", 4),
            "tensor 't' has '9223372036854775808'" + range),
        row(
            "offsets that descend",
            tensor("F32", "[1]", "[4, 0]", 4),
            "tensor 't' has data_offsets [4, 0], which must ascend"),
        row(
            "end one byte beyond",
            tensor("F32", "[1]", "[0, 4]", 3),
            "tensor 't' ends at byte 4 of the data but the file has only 3 (is it complete?)"),
        row(
            "no data",
            tensor("F32", "[1]", "[0, 4]", 0),
            "tensor 't' ends at byte 4 of the data but the file has only 0 (is it complete?)"),
        row(
            "a terabyte claimed",
            tensor("F32", "[274877906944]", "[0, 1099511627776]", 4),
            "tensor 't' ends at byte 1099511627776 of the data but the file has only 4 (is it"
                + " complete?)"),
        row(
            "largest offsets",
            tensor("F32", "[0]", "[" + LONG_MAX + ", " + LONG_MAX + "]", 4),
            "tensor 't' ends at byte "
                + LONG_MAX
                + " of the data but the file has only 4 (is it"
                + " complete?)"));
  }

  private static Stream<Arguments> layouts() {
    return Stream.of(
        row("float of 3 bytes", tensor("F32", "[1]", "[0, 3]", 3), size("F32", "[1]", 4, 3)),
        row("half of 4 bytes", tensor("F16", "[1]", "[0, 4]", 4), size("F16", "[1]", 2, 4)),
        row("brain float of 1 byte", tensor("BF16", "[1]", "[0, 1]", 1), size("BF16", "[1]", 2, 1)),
        row("doubles of floats", tensor("F64", "[2]", "[0, 8]", 8), size("F64", "[2]", 16, 8)),
        row("scalar of nothing", tensor("F32", "[]", "[0, 0]", 0), size("F32", "[]", 4, 0)),
        row("empty of four bytes", tensor("F32", "[0]", "[0, 4]", 4), size("F32", "[0]", 0, 4)),
        row("matrix, short", tensor("F32", "[2, 3]", "[0, 20]", 20), size("F32", "[2, 3]", 24, 20)),
        row(
            "hole before the first",
            tensor("F32", "[1]", "[4, 8]", 8),
            "tensor 't' begins at byte 4 of the data but must begin at byte 0, without a hole"),
        row(
            "hole between two",
            pair("[0, 4]", "[5, 9]", 9),
            "tensor 'b' begins at byte 5 of the data but must begin at byte 4, without a hole"),
        row(
            "overlap",
            pair("[0, 4]", "[3, 7]", 7),
            "tensor 'b' begins at byte 3 of the data but must begin at byte 4, without an overlap"),
        row(
            "one place for two",
            pair("[0, 4]", "[0, 4]", 4),
            "tensor 'b' begins at byte 0 of the data but must begin at byte 4, without an overlap"),
        row(
            "overlap in reverse order",
            pair("[3, 7]", "[0, 4]", 7),
            "tensor 'a' begins at byte 3 of the data but must begin at byte 4, without an overlap"),
        row(
            "byte after the last",
            pair("[0, 4]", "[4, 8]", 9),
            "the data must end at byte 8 with the last tensor but have 9 bytes"),
        row(
            "data without tensors",
            file("{}", new byte[4]),
            "the data must end at byte 0 with the last tensor but have 4 bytes"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void open_refusesInOneSentence(String what, byte[] bytes, String message, boolean whole)
      throws IOException {
    Path path = Files.write(directory.resolve("m.safetensors"), bytes);
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> SafetensorsFile.open(path))
        .satisfies(
            e -> {
              assertThat(e).hasMessageStartingWith(path + ": " + message);
              assertThat(e.getMessage()).doesNotContain("\n");
              assertThat(e.getMessage()).hasSizeLessThan(500 + path.toString().length());
              if (whole) {
                assertThat(e).hasMessage("%s", path + ": " + message);
              }
            });
  }

  @Test
  void malformed_hasAtLeastSixtyRows() {
    assertThat(malformed().count()).isGreaterThanOrEqualTo(60);
  }

  @Test
  void open_refusesMoreEntriesThanItWouldKeep() throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"\":\"\"");
    for (int i = 0; i < SafetensorsHeader.MAX_ENTRIES; i++) {
      header.append(",\"").append(i).append("\":\"\"");
    }
    Path path = Files.write(directory.resolve("m.safetensors"), file(header + "}}"));
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> SafetensorsFile.open(path))
        .withMessage(path + ": the header must have at most 250000 entries");
  }

  /**
   * Changes well-formed files at random: each is either refused, or read exactly as an independent
   * reader, which knows only the happy path, reads it.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void open_afterRandomChanges_refusesOrReadsRight(long seed) throws IOException {
    Random random = new Random(seed);
    Path path = directory.resolve("mutated.safetensors");
    int refused = 0;
    int read = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = wellFormed(random);
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        bytes = mutate(bytes, random);
      }
      Files.write(path, bytes);
      try (SafetensorsFile tensors = SafetensorsFile.open(path)) {
        assertReadsLike(bytes, tensors);
        read++;
      } catch (WeightsFormatException e) {
        assertThat(e.getMessage()).startsWith(path + ": ").doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(400);
    assertThat(read).isGreaterThan(50);
  }

  @Test
  void open_ofEveryPrefix_isRefused() throws IOException {
    byte[] bytes = wellFormed(new Random(5));
    Path path = directory.resolve("cut.safetensors");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(path, Arrays.copyOf(bytes, length));
      assertThatExceptionOfType(WeightsFormatException.class)
          .as("%d of %d bytes", length, bytes.length)
          .isThrownBy(() -> SafetensorsFile.open(path));
    }
  }

  private static byte[] wellFormed(Random random) {
    byte[] data = new byte[16 + 24 + 6 + 4 + 3];
    random.nextBytes(data);
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
            + "\"b.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[16,40]},"
            + "\"c\":{\"dtype\":\"F16\",\"shape\":[3,1],\"data_offsets\":[40,46]},"
            + "\"d\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[46,50]},"
            + "\"e\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[50,53]}}   ";
    return file(header, data);
  }

  /** Changes anything; twice as often one of the characters that headers are made of. */
  private static byte[] mutate(byte[] bytes, Random random) {
    String alphabet = "0123456789{}[]\",:-.eF tx\\\0\u007f";
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(8);
    byte[] head = Arrays.copyOf(bytes, at);
    byte[] tail = Arrays.copyOfRange(bytes, at, bytes.length);
    byte letter = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
    switch (random.nextInt(7)) {
      case 0 -> tail[0] ^= (byte) (1 << random.nextInt(8));
      case 1, 2 -> tail[0] = letter;
      case 3 -> tail = join(new byte[] {letter}, tail);
      case 4 -> tail = Arrays.copyOfRange(tail, Math.min(length, tail.length), tail.length);
      case 5 -> tail = join(Arrays.copyOf(tail, length), tail);
      default -> bytes[random.nextInt(8)] = (byte) random.nextInt(256);
    }
    byte[] changed = join(head, tail);
    return changed.length == 0 ? bytes : changed;
  }

  private static byte[] join(byte[] head, byte[] tail) {
    return littleEndian(head.length + tail.length).put(head).put(tail).array();
  }

  private static void assertReadsLike(byte[] bytes, SafetensorsFile tensors) throws IOException {
    int headerLength = (int) littleEndian(8).put(bytes, 0, 8).getLong(0);
    JsonNode header = new ObjectMapper().readTree(bytes, 8, headerLength);
    int covered = 0;
    for (String name : tensors.names()) {
      JsonNode entry = header.get(name);
      int begin = entry.get("data_offsets").get(0).intValue();
      int end = entry.get("data_offsets").get(1).intValue();
      covered += end - begin;
      int[] shape = new ObjectMapper().convertValue(entry.get("shape"), int[].class);
      assertThat(Arrays.stream(shape).asLongStream())
          .containsExactly(box(tensors.shape(name).asArray()));
      if (tensors.isReadable(name)) {
        ByteBuffer data = littleEndian(end - begin);
        data.put(bytes, 8 + headerLength + begin, end - begin).flip();
        double[] expected =
            Stream.generate(() -> number(entry.get("dtype").textValue(), data))
                .limit(Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                .mapToDouble(value -> value)
                .toArray();
        assertThat(tensors.readDoubles(name)).isEqualTo(expected);
      }
    }
    assertThat(covered).isEqualTo(bytes.length - 8 - headerLength);
  }

  private static Long[] box(long[] values) {
    return Arrays.stream(values).boxed().toArray(Long[]::new);
  }

  /** Widens by the definition of the formats, not bit by bit as the reader does. */
  private static double number(String dtype, ByteBuffer data) {
    return switch (dtype) {
      case "F64" -> data.getDouble();
      case "F32" -> data.getFloat();
      case "F16" -> half(data.getShort() & 0xffff);
      default -> Float.intBitsToFloat((data.getShort() & 0xffff) * 65536);
    };
  }

  /** (-1)^sign 2^(exponent - 15) (1 + fraction / 1024), and the special cases of IEEE 754. */
  static double half(int bits) {
    int exponent = bits / 1024 % 32;
    double fraction = bits % 1024 / 1024.0;
    double magnitude =
        exponent == 0
            ? Math.pow(2, -14) * fraction
            : exponent < 31
                ? Math.pow(2, exponent - 15) * (1 + fraction)
                : fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    return bits < 32768 ? magnitude : -magnitude;
  }

  private static String size(String dtype, String shape, int required, int given) {
    return "tensor 't' of dtype %s and shape %s must have %d bytes but data_offsets [0, %d] give it %d"
        .formatted(dtype, shape, required, given, given);
  }

  private static byte[] pair(String first, String second, int dataLength) {
    String entry = "\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":%s}";
    return file(
        "{" + entry.formatted("a", first) + "," + entry.formatted("b", second) + "}",
        new byte[dataLength]);
  }

  private static byte[] tensor(String dtype, String shape, String offsets, int dataLength) {
    return file("{" + entry(dtype, shape, offsets) + "}", new byte[dataLength]);
  }

  private static String entry(String dtype, String shape, String offsets) {
    return "\"t\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(dtype, shape, offsets);
  }

  private static Arguments row(String what, byte[] bytes, String message) {
    return Arguments.of(what, bytes, message, true);
  }

  /** A row whose message ends with what the JSON parser says. */
  private static Arguments startingWith(String what, byte[] bytes, String message) {
    return Arguments.of(what, bytes, message, false);
  }
}
