package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.CheckpointFile;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Checksum;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TString;

class OpenAiWeightsTest {
  private static final String SIZES =
      "{\"n_vocab\": 61, \"n_ctx\": 24, \"n_embd\": 16, \"n_head\": 4, \"n_layer\": 2}";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** The names are those of OpenAI's model.py, written out by hand. */
  @ParameterizedTest
  @CsvSource({
    "wte.weight, model/wte",
    "wpe.weight, model/wpe",
    "h.0.ln_1.weight, model/h0/ln_1/g",
    "h.0.ln_1.bias, model/h0/ln_1/b",
    "h.11.attn.c_attn.weight, model/h11/attn/c_attn/w",
    "h.1.attn.c_proj.bias, model/h1/attn/c_proj/b",
    "h.1.ln_2.weight, model/h1/ln_2/g",
    "h.1.mlp.c_fc.weight, model/h1/mlp/c_fc/w",
    "h.1.mlp.c_proj.bias, model/h1/mlp/c_proj/b",
    "ln_f.weight, model/ln_f/g",
    "ln_f.bias, model/ln_f/b"
  })
  void published_isOpenAisName(String parameter, String published) {
    assertThat(OpenAiWeights.published(parameter)).isEqualTo(published);
  }

  @Test
  void open_ofACheckpoint_givesTheWeightsAndTheLogits() throws IOException {
    try (Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      write(micro, "model.ckpt");
      for (Path path : List.of(directory, directory.resolve("hparams.json"))) {
        try (Gpt2Weights read = PublishedWeights.open(path)) {
          assertThat(read.config()).isEqualTo(micro.config());
          for (String name : micro.config().parameterShapes().keySet()) {
            assertThat(Logits.bits(Logits.floats(read, name)))
                .as(name)
                .isEqualTo(Logits.bits(Logits.floats(micro, name)));
          }
          GoldenLogits.check(read);
        }
      }
    }
  }

  @Test
  void open_ofAPaddedCheckpoint_knowsThePadding() throws IOException {
    Gpt2Config sizes = new Gpt2Config(50_257, 3, 2, 1, 1, 8, 1e-5);
    try (Gpt2Weights plain = Gpt2Weights.random(sizes, Vocabulary.full(), 5);
        Gpt2Weights padded =
            PublishedWeights.open(
                PaddedModel.write(directory.resolve("padded"), plain, 50_304, 7.5f))) {
      write(padded, "model.ckpt");
      Files.writeString(
          directory.resolve("hparams.json"),
          "{\"n_vocab\": 50304, \"n_ctx\": 3, \"n_embd\": 2, \"n_head\": 1, \"n_layer\": 1}");
      try (Gpt2Weights read = PublishedWeights.open(directory)) {
        assertThat(read.config()).isEqualTo(sizes);
        assertThat(read.padding()).isEqualTo(47);
        assertThat(Gpt2Checksum.of(read)).isEqualTo(Gpt2Checksum.of(plain));
        try (TFloat32 stored = read.readStored("wte.weight");
            TFloat32 expected = padded.readStored("wte.weight")) {
          assertThat(stored).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void open_ofSeveralCheckpoints_takesTheOneThatIsNamed() throws IOException {
    try (Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      write(micro, "a");
      write(micro, "b");
    }
    assertRefused(
        directory,
        "must have a single checkpoint (PREFIX.index and PREFIX.data-00000-of-00001) beside hparams.json, or a file named checkpoint that names one of [a, b]");
    Files.writeString(
        directory.resolve("checkpoint"),
        "model_checkpoint_path: \"b\"\nall_model_checkpoint_paths: \"a\"\n");
    try (Gpt2Weights read = PublishedWeights.open(directory)) {
      GoldenLogits.check(read);
    }
  }

  @Test
  void open_ofOtherSizes_isRefused() throws IOException {
    Path sizes = directory.resolve("hparams.json");
    Files.writeString(sizes, "{\"n_vocab\": 61, \"n_ctx\": \"x\", \"n_embd\": 16}");
    assertRefused(sizes, "must have whole numbers below 2^31 for [n_ctx, n_head, n_layer]");
    Files.writeString(sizes, SIZES.replace("\"n_head\": 4", "\"n_head\": 3"));
    assertRefused(sizes, "n_embd (16) must be divisible by n_head (3)");
  }

  @Test
  void read_ofAnotherShapeOrAMissingTensor_isRefused() throws IOException {
    try (Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      write(micro, "model.ckpt");
    }
    Files.writeString(directory.resolve("hparams.json"), SIZES.replace("61", "60"));
    try (Gpt2Weights read = PublishedWeights.open(directory)) {
      assertThatExceptionOfType(WeightsFormatException.class)
          .isThrownBy(() -> read.read("wte.weight"))
          .withMessage(
              "%s: tensor 'model/wte' must have shape [60, 16] but has [61, 16]",
              directory.resolve("model.ckpt"));
    }
    Files.writeString(
        directory.resolve("hparams.json"), SIZES.replace("\"n_layer\": 2", "\"n_layer\": 3"));
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessageStartingWith(
            "%s: tensor 'model/h2/ln_1/b' cannot be read: '", directory.resolve("model.ckpt"))
        .withMessageContaining("not found in checkpoint");
  }

  /** Without listing the shapes of two thousand million layers, which no memory holds. */
  @Test
  void open_ofAnotherNumberOfLayers_isRefused() throws IOException {
    try (Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      write(micro, "model.ckpt");
    }
    Path sizes = directory.resolve("hparams.json");
    Files.writeString(sizes, SIZES.replace("\"n_layer\": 2", "\"n_layer\": 2000000000"));
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessageContaining("tensor 'model/h1999999999/ln_1/b' cannot be read");
    Files.writeString(sizes, SIZES.replace("\"n_layer\": 2", "\"n_layer\": 1"));
    assertRefused(sizes, "n_layer (1) is too small: the checkpoint has more layers");
  }

  @Test
  void read_ofAnotherType_isRefusedInOneLine() throws IOException {
    try (Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      write(micro, "model.ckpt");
    }
    Path prefix = directory.resolve("model.ckpt");
    try (CheckpointFile file = CheckpointFile.open(prefix, TFloat64.class)) {
      assertThatExceptionOfType(WeightsFormatException.class)
          .isThrownBy(() -> file.read("model/wte", Shape.of(61, 16)))
          .withMessageStartingWith("%s: tensor 'model/wte' cannot be read: '", prefix)
          .satisfies(e -> assertThat(e).message().hasLineCount(1));
    }
  }

  private void assertRefused(Path named, String message) {
    assertThatExceptionOfType(WeightsFormatException.class)
        .isThrownBy(() -> PublishedWeights.open(directory))
        .withMessage("%s", named + ": " + message);
  }

  /** Writes a checkpoint as OpenAI's code would: weights of layers have an axis of 1 before. */
  private void write(Gpt2Weights weights, String prefix) throws IOException {
    Files.writeString(directory.resolve("hparams.json"), SIZES);
    List<String> names = new ArrayList<>();
    List<TFloat32> values = new ArrayList<>();
    List<Operand<?>> operands = new ArrayList<>();
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Session.Runner runner = session.runner();
      for (String name : weights.storedConfig().parameterShapes().keySet()) {
        String published = OpenAiWeights.published(name);
        names.add(published);
        values.add(weights.readStored(name));
        Operand<TFloat32> fed = tf.placeholder(TFloat32.class);
        runner.feed(fed, values.get(values.size() - 1));
        operands.add(published.endsWith("/w") ? tf.expandDims(fed, tf.constant(0)) : fed);
      }
      Operand<TString> file = tf.constant(directory.resolve(prefix).toString());
      runner
          .addTarget(
              tf.train.save(
                  file,
                  texts(tf, names),
                  texts(tf, Collections.nCopies(names.size(), "")),
                  operands))
          .run()
          .close();
    } finally {
      values.forEach(TFloat32::close);
    }
  }

  private static Operand<TString> texts(Ops tf, List<String> texts) {
    return tf.constant(StandardCharsets.UTF_8, texts.toArray(String[]::new));
  }
}
