package org.reckoning.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.tensorflow.ndarray.Shape;

class Gpt2DirectoryTest {
  /** A checkpoint that the transformers library wrote. */
  private static final Path MICRO =
      Path.of("../integration-tests/src/test/resources/golden/gpt2-micro");

  private static final Gpt2Config TINY = new Gpt2Config(5, 3, 4, 1, 2, 16, 1e-5);
  private static final String TINY_JSON =
      """
      {"model_type": "gpt2", "vocab_size": 5, "n_positions": 3, "n_embd": 4, "n_layer": 1,
       "n_head": 2, "n_inner": null, "layer_norm_epsilon": 1e-05,
       "activation_function": "gelu_new", "tie_word_embeddings": true, "summary_type": "cls"}
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** The expected numbers were read with Python's struct module and summed with math.fsum. */
  @Test
  void read_ofAHuggingFaceCheckpoint_givesItsNumbers() throws IOException {
    Gpt2Directory micro = Gpt2Directory.read(MICRO);
    assertThat(micro.config()).isEqualTo(new Gpt2Config(61, 24, 16, 2, 4, 64, 1e-5));
    assertThat(shapes(micro)).isEqualTo(micro.config().parameterShapes());
    assertThat(micro.weights().keySet())
        .containsExactlyElementsOf(micro.config().parameterShapes().keySet());
    assertSum(micro, "wte.weight", -0.18180696666240692, 0.024076713249087334, -1.1925613053608686);
    assertSum(
        micro,
        "h.1.mlp.c_fc.weight",
        -0.07867499440908432,
        -0.04041563346982002,
        1.5045043237114442);
    assertSum(micro, "ln_f.bias", 0.004322641529142857, 0.051245518028736115, 0.04276726162061095);
  }

  @ParameterizedTest(name = "prefix \"{0}\"")
  @ValueSource(strings = {"", "transformer."})
  void read_stripsThePrefixAndLeavesOutMasksAndTheTiedHead(String prefix) throws IOException {
    Map<String, TensorData> stored = new LinkedHashMap<>();
    tiny().forEach((name, tensor) -> stored.put(prefix + name, tensor));
    stored.put(prefix + "h.0.attn.bias", zeros(1, 1, 3, 3));
    stored.put(prefix + "h.0.attn.masked_bias", zeros());
    stored.put("lm_head.weight", Objects.requireNonNull(tiny().get("wte.weight")));
    write(TINY_JSON, stored);
    Gpt2Directory read = Gpt2Directory.read(directory);
    assertThat(read.config()).isEqualTo(TINY);
    assertThat(shapes(read)).isEqualTo(TINY.parameterShapes());
    tiny()
        .forEach(
            (name, tensor) ->
                assertThat(Objects.requireNonNull(read.weights().get(name)).values())
                    .isEqualTo(((TensorData.Floats) tensor).values()));
  }

  /** A change of the configuration that reads, and what comes of it. */
  static Stream<Arguments> readable() {
    return Stream.of(
        Arguments.of("\"n_inner\": null", "\"n_inner\": 7", TINY.withNInner(7)),
        Arguments.of("\"n_inner\": null,", "", TINY),
        Arguments.of("n_positions", "n_ctx", TINY),
        Arguments.of("\"n_positions\": 3", "\"n_ctx\": 9, \"n_positions\": 3", TINY),
        Arguments.of("gelu_new", "gelu_pytorch_tanh", TINY),
        Arguments.of("1e-05", "1", TINY.withLayerNormEpsilon(1)),
        Arguments.of("\"model_type\": \"gpt2\",", "", TINY));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("readable")
  void read_understandsOlderAndNewerConfigurations(String from, String to, Gpt2Config expected)
      throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), TINY_JSON.replace(from, to));
    assertThat(Gpt2ConfigFile.read(file)).isEqualTo(expected);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "gelu_new",
            "relu",
            "activation_function ('relu') must be gelu_new or gelu_pytorch_tanh"),
        Arguments.of(
            "\"gelu_new\"", "3", "activation_function ('3') must be gelu_new or gelu_pytorch_tanh"),
        Arguments.of("gpt2", "llama", "model_type ('llama') must be gpt2"),
        Arguments.of("true", "false", "tie_word_embeddings (false) must be true"),
        Arguments.of(
            "\"summary_type\": \"cls\"",
            "\"scale_attn_weights\": false",
            "scale_attn_weights (false) must be true"),
        Arguments.of(
            "\"summary_type\": \"cls\"",
            "\"scale_attn_by_inverse_layer_idx\": true",
            "scale_attn_by_inverse_layer_idx (true) must be false"),
        Arguments.of(
            "\"summary_type\": \"cls\"",
            "\"add_cross_attention\": true",
            "add_cross_attention (true) must be false"),
        Arguments.of(
            "\"n_head\": 2", "\"n_head\": 3", "n_embd (4) must be divisible by n_head (3)"),
        Arguments.of("\"n_layer\": 1", "\"n_layer\": 0", "n_layer (0) must be positive"),
        Arguments.of("\"n_inner\": null", "\"n_inner\": 0", "n_inner (0) must be positive"),
        Arguments.of("\"n_inner\": null", "\"n_inner\": -1", "n_inner (-1) must be positive"),
        Arguments.of(
            "\"n_embd\": 4", "\"n_embd\": \"4\"", "n_embd ('4') must be an integer below 2^31"),
        Arguments.of(
            "\"n_embd\": 4", "\"n_embd\": 4.5", "n_embd ('4.5') must be an integer below 2^31"),
        Arguments.of(
            "\"n_embd\": 4", "\"n_embd\": 1e99", "n_embd ('1.0E99') must be an integer below 2^31"),
        Arguments.of("1e-05", "\"1e-05\"", "layer_norm_epsilon ('1e-05') must be a number"),
        Arguments.of("1e-05", "-1", "layer_norm_epsilon (-1.0) must be positive and finite"),
        Arguments.of(
            "\"n_layer\": 1",
            "\"n_layer\": 2147483648",
            "n_layer ('2147483648') must be an integer below 2^31"),
        Arguments.of("\"n_layer\": 1,", "", "lacks [n_layer]"),
        Arguments.of("n_positions", "n_pos", "lacks [n_positions]"),
        Arguments.of(
            "\"n_layer\": 1",
            "\"n_layer\": null, \"n_layer\": 1",
            "must be JSON: 'Duplicate field 'n_layer''"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("refused")
  void read_refusesConfigurationsThatAreNotAGpt2(String from, String to, String message)
      throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), TINY_JSON.replace(from, to));
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> Gpt2ConfigFile.read(file))
        .withMessage("%s", file + ": " + message);
  }

  @Test
  void read_tellsAllThatIsWrongWithAConfiguration() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("config.json"),
            "{\"n_head\": \"x\", \"activation_function\": \"silu\"}");
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> Gpt2ConfigFile.read(file))
        .withMessage(
            file
                + ": lacks [vocab_size, n_positions, n_embd, n_layer, layer_norm_epsilon];"
                + " n_head ('x') must be an integer below 2^31;"
                + " activation_function ('silu') must be gelu_new or gelu_pytorch_tanh");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "3", "{", "null", "{\"a\": 1} {}"})
  void read_ofAConfigurationThatIsNoObject_isRefused(String json) throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), json);
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> Gpt2ConfigFile.read(file))
        .withMessageStartingWith(file + ": must be ");
  }

  @Test
  void read_listsMissingUnexpectedAndWrongShapedTensorsAtOnce() throws IOException {
    Map<String, TensorData> stored = tiny();
    stored.remove("ln_f.bias");
    stored.remove("h.0.ln_1.weight");
    stored.put("h.1.ln_1.weight", zeros(4));
    stored.put("h.0.attn.c_attn.bias.extra", zeros());
    stored.put("wte.weight", zeros(6, 4));
    stored.put("h.0.mlp.c_fc.weight", zeros(16, 4));
    write(TINY_JSON, stored);
    assertRefused(
        "must have the tensors of config.json: missing [h.0.ln_1.weight, ln_f.bias];"
            + " unexpected ['h.1.ln_1.weight', 'h.0.attn.c_attn.bias.extra'];"
            + " wrong shape [wte.weight is [6, 4], not [5, 4],"
            + " h.0.mlp.c_fc.weight is [16, 4], not [4, 16]]");
  }

  @Test
  void read_ofAnUntiedHead_isRefused() throws IOException {
    Map<String, TensorData> stored = tiny();
    stored.put("lm_head.weight", zeros(5, 4));
    write(TINY_JSON, stored);
    assertRefused("tensor 'lm_head.weight' must equal 'wte.weight', with which it is tied");
  }

  @Test
  void read_ofANameWithAndWithoutPrefix_isRefused() throws IOException {
    Map<String, TensorData> stored = tiny();
    stored.put("transformer.ln_f.bias", zeros(4));
    write(TINY_JSON, stored);
    assertRefused(
        "tensor 'ln_f.bias' must be there once but is there with and without the prefix"
            + " 'transformer.'");
  }

  @Test
  void read_ofMoreLayersThanTheFileHasTensors_isRefusedBeforeTheyAreListed() throws IOException {
    write(TINY_JSON.replace("\"n_layer\": 1", "\"n_layer\": 2000000000"), tiny());
    assertRefused("has 16 tensors, too few for the n_layer (2000000000) of config.json");
  }

  @Test
  void read_ofAMissingFile_isRefused() throws IOException {
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> Gpt2Directory.read(directory))
        .withMessage(directory + ": must be a directory with the file config.json");
    Files.writeString(directory.resolve("config.json"), TINY_JSON);
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> Gpt2Directory.read(directory))
        .withMessage(directory + ": must be a directory with the file model.safetensors");
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> Gpt2Directory.read(directory))
        .withMessage("%s", directory.resolve("model.safetensors") + ": " + message);
  }

  private static void assertSum(
      Gpt2Directory model, String name, double first, double last, double sum) {
    float[] values = Objects.requireNonNull(model.weights().get(name)).values();
    assertThat((double) values[0]).isEqualTo(first);
    assertThat((double) values[values.length - 1]).isEqualTo(last);
    double actual = 0;
    for (float value : values) {
      actual += value;
    }
    assertThat(actual).isCloseTo(sum, offset(1e-12));
  }

  private static Map<String, Shape> shapes(Gpt2Directory model) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    model.weights().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }

  /** Returns weights for {@link #TINY}, in the reverse of the usual order. */
  private static Map<String, TensorData> tiny() {
    var shapes = TINY.parameterShapes();
    String[] names = shapes.keySet().toArray(String[]::new);
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (int i = names.length - 1; i >= 0; i--) {
      Shape shape = Objects.requireNonNull(shapes.get(names[i]));
      float[] values = new float[(int) shape.size()];
      Arrays.fill(values, i + 0.5f);
      tensors.put(names[i], new TensorData.Floats(shape, values));
    }
    return tensors;
  }

  private static TensorData zeros(long... shape) {
    return new TensorData.Floats(Shape.of(shape), new float[(int) Shape.of(shape).size()]);
  }

  private void write(String config, Map<String, ? extends TensorData> tensors) throws IOException {
    Files.writeString(directory.resolve("config.json"), config);
    SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors);
  }
}
