package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.tensors.SafetensorsBytes;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;
import org.tensorflow.ndarray.Shape;

class HuggingFaceWeightsTest {
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
    try (Gpt2Weights micro = PublishedWeights.open(MICRO)) {
      assertThat(micro.config()).isEqualTo(new Gpt2Config(61, 24, 16, 2, 4, 64, 1e-5));
      assertThat(micro.format()).isEqualTo("safetensors, 1 file, F32");
      assertThat(micro.vocabulary()).isEmpty();
      assertThat(micro.endOfText()).isEqualTo(60);
      assertSum(
          micro, "wte.weight", -0.18180696666240692, 0.024076713249087334, -1.1925613053608686);
      assertSum(
          micro,
          "h.1.mlp.c_fc.weight",
          -0.07867499440908432,
          -0.04041563346982002,
          1.5045043237114442);
      assertSum(
          micro, "ln_f.bias", 0.004322641529142857, 0.051245518028736115, 0.04276726162061095);
    }
  }

  /** What stands before the parameters, and before the head. */
  @ParameterizedTest(name = "\"{0}\", \"{1}\"")
  @CsvSource({
    "'', ''",
    "transformer., ''",
    "module., ''",
    "model., model.",
    "_orig_mod., _orig_mod.",
    "_orig_mod.transformer., _orig_mod.",
    "module.transformer., module.",
    "module._orig_mod.transformer., module._orig_mod.",
    "transformer._orig_mod., ''",
    "_forward_module.module.transformer., _forward_module.module.",
    "_fsdp_wrapped_module.transformer., _fsdp_wrapped_module."
  })
  void read_stripsThePrefixAndLeavesOutMasksAndTheTiedHead(String prefix, String head)
      throws IOException {
    Map<String, TensorData> stored = new LinkedHashMap<>();
    tiny().forEach((name, tensor) -> stored.put(prefix + name, tensor));
    stored.put(prefix + "h.0.attn.bias", zeros(1, 1, 3, 3));
    stored.put(prefix + "h.0.attn.masked_bias", zeros());
    stored.put(head + "lm_head.weight", Objects.requireNonNull(tiny().get("wte.weight")));
    write(TINY_JSON, stored);
    assertTiny(directory);
    assertTiny(directory.resolve("model.safetensors"));
    assertTiny(directory.resolve("config.json"));
  }

  @Test
  void read_ofNamesOfWrappedBlocks_stripsThem() throws IOException {
    Map<String, TensorData> stored = new LinkedHashMap<>();
    tiny().forEach((name, tensor) -> stored.put(name.replace("h.0.", "h.0._orig_mod."), tensor));
    write(TINY_JSON, stored);
    assertTiny(directory);
  }

  @Test
  void read_ofTheTiedHeadAlone_takesItAsTheEmbeddings() throws IOException {
    for (String prefix : List.of("", "transformer.", "_orig_mod.transformer.")) {
      Map<String, TensorData> stored = new LinkedHashMap<>();
      tiny()
          .forEach(
              (name, tensor) ->
                  stored.put(
                      name.equals("wte.weight")
                          ? prefix.replace("transformer.", "") + "lm_head.weight"
                          : prefix + name,
                      tensor));
      write(TINY_JSON, stored);
      assertTiny(directory);
    }
  }

  @Test
  void read_ofNamesWithDifferentPrefixes_isRefused() throws IOException {
    Map<String, TensorData> stored = tiny();
    stored.put("module.ln_f.bias", Objects.requireNonNull(stored.remove("ln_f.bias")));
    write(TINY_JSON, stored);
    assertRefused(
        "the names of all tensors must have the same prefix but 'wpe.weight' and"
            + " 'module.ln_f.bias' differ; save the whole model at once");
    stored.put("ln_f.bias", Objects.requireNonNull(stored.remove("module.ln_f.bias")));
    stored.put("module.lm_head.weight", Objects.requireNonNull(stored.get("wte.weight")));
    write(TINY_JSON, stored);
    assertRefused(
        "the names of all tensors must have the same prefix but 'wpe.weight' and"
            + " 'module.lm_head.weight' differ; save the whole model at once");
  }

  /** Programs write the tied tensor once, and list it under either name, anywhere or not at all. */
  @ParameterizedTest
  @CsvSource({
    "wte.weight, ''",
    "wte.weight, 'wte.weight:b'",
    "wte.weight, 'wte.weight:a lm_head.weight:b'",
    "wte.weight, 'lm_head.weight:a'",
    "lm_head.weight, ''",
    "lm_head.weight, 'lm_head.weight:b'",
    "lm_head.weight, 'wte.weight:b'",
    "lm_head.weight, 'wte.weight:a lm_head.weight:a'",
    "lm_head.weight wte.weight, 'wte.weight:a'",
    "lm_head.weight wte.weight, 'wte.weight:b lm_head.weight:b'"
  })
  void read_ofShardsWhoseIndexTellsTheTiedTensorOtherwise_findsIt(String held, String listed)
      throws IOException {
    writeShards(index -> index);
    Map<String, TensorData> a = new LinkedHashMap<>(tiny());
    Map<String, TensorData> b = new LinkedHashMap<>();
    b.put("ln_f.bias", Objects.requireNonNull(a.remove("ln_f.bias")));
    TensorData embeddings = Objects.requireNonNull(a.remove("wte.weight"));
    StringJoiner index = new StringJoiner(", ", "{\"weight_map\": {", "}}");
    a.keySet().forEach(name -> index.add("\"%s\": \"a.safetensors\"".formatted(name)));
    index.add("\"ln_f.bias\": \"b.safetensors\"");
    for (String each : listed.split(" ", 0)) {
      if (!each.isEmpty()) {
        String[] nameAndFile = each.split(":", 2);
        index.add("\"%s\": \"%s.safetensors\"".formatted((Object[]) nameAndFile));
      }
    }
    for (String each : held.split(" ", 0)) {
      a.put(each, embeddings);
    }
    SafetensorsWriter.write(directory.resolve("a.safetensors"), a);
    SafetensorsWriter.write(directory.resolve("b.safetensors"), b);
    Files.writeString(directory.resolve("model.safetensors.index.json"), index.toString());
    assertTiny(directory);
  }

  private static void assertTiny(Path path) throws IOException {
    try (Gpt2Weights read = PublishedWeights.open(path)) {
      assertThat(read.config()).isEqualTo(TINY);
      for (Map.Entry<String, TensorData> each : tiny().entrySet()) {
        assertThat(Logits.floats(read, each.getKey()))
            .isEqualTo(((TensorData.Floats) each.getValue()).values());
      }
    }
  }

  @Test
  void read_ofShards_findsEveryTensor() throws IOException {
    writeShards(index -> index);
    assertTiny(directory);
    assertTiny(directory.resolve("model.safetensors.index.json"));
    try (Gpt2Weights read = PublishedWeights.open(directory)) {
      assertThat(read.format()).isEqualTo("safetensors, 2 files, F32");
    }
  }

  /** A change of the index, and what comes of it. */
  static Stream<Arguments> wrongShards() {
    return Stream.of(
        Arguments.of(
            "\"ln_f.bias\": \"a.safetensors\"",
            "\"ln_f.bias\": \"../a.safetensors\"",
            "tensor 'ln_f.bias' must be in a safetensors file of the same directory but is in"
                + " '../a.safetensors'"),
        Arguments.of(
            "\"ln_f.bias\": \"a.safetensors\"",
            "\"ln_f.bias\": 3",
            "tensor 'ln_f.bias' must be in a safetensors file of the same directory but is in '3'"),
        Arguments.of(
            "\"ln_f.bias\": \"a.safetensors\"",
            "\"ln_f.bias\": \"b.safetensors\"",
            "must list tensor 'ln_f.bias' for a.safetensors, which contains it"),
        Arguments.of(
            "\"ln_f.bias\": \"a.safetensors\"",
            "\"ln_f.bias\": \"a.safetensors\", \"x\": \"a.safetensors\"",
            "lists tensor 'x' for a.safetensors, which does not contain it"),
        Arguments.of(
            "\"ln_f.bias\": \"a.safetensors\"",
            "\"ln_f.bias\": \"c.safetensors\"",
            "must list tensor 'ln_f.bias' for a.safetensors, which contains it"),
        Arguments.of("weight_map", "map", "must have an object of file names as weight_map"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("wrongShards")
  void open_ofAWrongIndex_isRefused(String from, String to, String message) throws IOException {
    writeShards(index -> index.replace(from, to));
    Path file = directory.resolve("model.safetensors.index.json");
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessage("%s", file + ": " + message);
  }

  @Test
  void open_ofAShardThatIsNotThere_isRefused() throws IOException {
    writeShards(index -> index);
    Files.delete(directory.resolve("b.safetensors"));
    Path file = directory.resolve("model.safetensors.index.json");
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(file))
        .withMessage("%s: names the missing file b.safetensors", file);
  }

  private void writeShards(UnaryOperator<String> change) throws IOException {
    Files.writeString(directory.resolve("config.json"), TINY_JSON);
    Map<String, TensorData> first = new LinkedHashMap<>();
    Map<String, TensorData> second = new LinkedHashMap<>();
    StringJoiner index = new StringJoiner(", ", "{\"weight_map\": {", "}}");
    tiny()
        .forEach(
            (name, tensor) -> {
              boolean isFirst = first.size() <= second.size();
              (isFirst ? first : second).put(name, tensor);
              index.add("\"%s\": \"%s.safetensors\"".formatted(name, isFirst ? "a" : "b"));
            });
    SafetensorsWriter.write(directory.resolve("a.safetensors"), first);
    SafetensorsWriter.write(directory.resolve("b.safetensors"), second);
    Files.writeString(
        directory.resolve("model.safetensors.index.json"), change.apply(index.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch_model.bin", "model.pt", "consolidated.00.pth", "x.ckpt"})
  void open_ofPickledWeights_isRefusedWithTheCommandThatConverts(String name) throws IOException {
    Path file = Files.write(directory.resolve(name), new byte[] {'P', 'K', 3, 4});
    for (Path path : List.of(file, directory)) {
      assertThatExceptionOfType(WeightsFormatException.class)
          .isThrownBy(() -> PublishedWeights.open(path))
          .withMessageStartingWith(
              "%s: is pickled, and reading a pickled file can run any program;", file)
          .withMessageContaining(
              "M.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])' %s %s-safetensors",
              directory, directory);
    }
  }

  @Test
  void open_ofPickledWeightsInAnOddPlace_quotesItForAShell() throws IOException {
    Path odd = Files.createDirectory(directory.resolve("it's $HOME"));
    Files.write(odd.resolve("pytorch_model.bin"), new byte[1]);
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(odd))
        .withMessageEndingWith(
            " '%1$s/it'\\''s $HOME' '%1$s/it'\\''s $HOME-safetensors'", directory);
  }

  @Test
  void open_ofWhatIsNoModel_saysWhatItIs() throws IOException {
    Path part = Files.write(directory.resolve("model.ckpt.data-00000-of-00001"), new byte[9]);
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(part))
        .withMessage(
            "%s: is part of a TensorFlow checkpoint; give the directory with hparams.json instead",
            part);
    Files.writeString(directory.resolve("adapter_config.json"), "{}");
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessageStartingWith("%s: is an adapter without a base model; ", directory);
    Path folder = Files.createDirectory(directory.resolve("config.json"));
    Files.write(directory.resolve("model.safetensors"), SafetensorsBytes.file("{}"));
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessage("%s: must be a file", folder);
  }

  @Test
  void open_ofManyOtherTensors_namesAFew() throws IOException {
    Map<String, TensorData> tensors = new LinkedHashMap<>(tiny());
    for (int i = 0; i < 1_000; i++) {
      tensors.put("u" + i, new TensorData.Floats(Shape.of(0), new float[0]));
    }
    write(TINY_JSON, tensors);
    assertRefused(
        "must have the tensors of config.json: unexpected ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'] and"
            + " 994 more");
  }

  @Test
  void open_ofOtherThings_isRefused() throws IOException {
    Path missing = directory.resolve("nothing");
    assertThatExceptionOfType(MissingPathException.class)
        .isThrownBy(() -> PublishedWeights.open(missing))
        .withMessage("%s: no such file or directory", missing);
    assertThatExceptionOfType(MissingPathException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessage(
            "%s: must be a directory with model.safetensors, or model.safetensors.index.json, or"
                + " OpenAI's hparams.json and checkpoint",
            directory);
  }

  @Test
  void open_ofAVocabularyOfAnotherSize_isRefused() throws IOException {
    write(TINY_JSON, tiny());
    Path file = directory.resolve("vocabulary.json");
    Vocabulary.compact(IntStream.of(7, 9)).save(file);
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessage("%s: size (3) must equal vocab_size (5) in config.json", file);
    Vocabulary five = Vocabulary.compact(IntStream.of(7, 9, 1, 0));
    five.save(file);
    try (Gpt2Weights read = PublishedWeights.open(directory)) {
      assertThat(read.vocabulary()).contains(five);
      assertThat(read.endOfText()).isEqualTo(4);
    }
  }

  /** A change of the configuration that reads, and what comes of it. */
  static Stream<Arguments> readable() {
    return Stream.of(
        Arguments.of("\"n_inner\": null", "\"n_inner\": 7", TINY.withNInner(7)),
        Arguments.of("\"n_inner\": null,", "", TINY),
        Arguments.of("n_positions", "n_ctx", TINY),
        Arguments.of("\"n_positions\": 3", "\"n_ctx\": 9, \"n_positions\": 3", TINY),
        Arguments.of("gelu_new", "gelu_pytorch_tanh", TINY),
        Arguments.of("activation_function", "of old", TINY),
        Arguments.of("layer_norm_epsilon", "of old", TINY),
        Arguments.of("1e-05", "1", TINY.withLayerNormEpsilon(1)),
        Arguments.of("\"model_type\": \"gpt2\",", "", TINY));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("readable")
  void read_understandsOlderAndNewerConfigurations(String from, String to, Gpt2Config expected)
      throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), TINY_JSON.replace(from, to));
    assertThat(Gpt2ConfigFile.read(file).config()).isEqualTo(expected);
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
                + ": lacks [vocab_size, n_positions, n_embd, n_layer];"
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
            + " h.0.mlp.c_fc.weight is [16, 4], not [4, 16]]; linear layers must be [in, out]; nanoGPT and torch.nn.Linear store the transpose");
  }

  @Test
  void read_ofAnUntiedHead_isRefused() throws IOException {
    Map<String, TensorData> stored = tiny();
    stored.put("lm_head.weight", zeros(5, 4));
    write(TINY_JSON, stored);
    assertRefused("tensor 'lm_head.weight' must equal the tied tensor 'wte.weight'");
  }

  @Test
  void read_ofANameWithAndWithoutPrefix_isRefused() throws IOException {
    Map<String, TensorData> stored = tiny();
    stored.put("transformer.ln_f.bias", zeros(4));
    write(TINY_JSON, stored);
    assertRefused(
        "tensor 'ln_f.bias' must occur once but occurs as 'ln_f.bias' and as"
            + " 'transformer.ln_f.bias'");
  }

  @Test
  void read_ofMoreLayersThanTheFileHasTensors_isRefusedBeforeTheyAreListed() throws IOException {
    write(TINY_JSON.replace("\"n_layer\": 1", "\"n_layer\": 2000000000"), tiny());
    assertRefused("has 16 tensors, too few for n_layer (2000000000) in config.json");
  }

  @Test
  void read_withoutConfiguration_isRefused() throws IOException {
    write(TINY_JSON, tiny());
    Files.delete(directory.resolve("config.json"));
    assertRefused("config.json must be in the same directory");
  }

  @Test
  void read_ofNumbersThatCannotBeRead_isRefused() throws IOException {
    write(TINY_JSON, tiny());
    Path file = directory.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 8, 200, StandardCharsets.ISO_8859_1);
    bytes[8 + header.indexOf("\"F32\"") + 1] = 'I';
    Files.write(file, bytes);
    assertRefused(
        "must have the tensors of config.json: neither F64, F32, F16 nor BF16 [ln_f.bias is I32]");
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessage("%s", directory.resolve("model.safetensors") + ": " + message);
  }

  private static void assertSum(
      Gpt2Weights model, String name, double first, double last, double sum) throws IOException {
    float[] values = Logits.floats(model, name);
    assertThat((double) values[0]).isEqualTo(first);
    assertThat((double) values[values.length - 1]).isEqualTo(last);
    double actual = 0;
    for (float value : values) {
      actual += value;
    }
    assertThat(actual).isCloseTo(sum, offset(1e-12));
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
