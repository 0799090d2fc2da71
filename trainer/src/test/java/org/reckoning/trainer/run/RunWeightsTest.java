package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.training.TrainingRun;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;
import org.reckoning.trainer.weights.published.ModelDirectory;
import org.reckoning.trainer.weights.published.PaddedModel;
import org.reckoning.trainer.weights.published.PublishedWeights;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.types.TFloat32;

@Execution(ExecutionMode.CONCURRENT)
class RunWeightsTest {
  private static final Gpt2Config SIZES = new Gpt2Config(50_257, 128, 8, 1, 2, 32, 1e-5);

  @TempDir Path directory;

  private static RunConfig config() {
    return DefaultRun.config()
        .with("xla", "off")
        .with("n_inner_iter", 1)
        .with("model.n_layer", 1)
        .with("model.n_embd", 16)
        .with("train_batch_size", 2)
        .with("max_steps", 2)
        .with("eval_steps", null)
        .with("monitor", "loss")
        .with("generate", false)
        .with("save_steps", 1)
        .with("data.distractors", 1)
        .with("data.train_tasks", 8)
        .with("data.val_tasks", 1)
        .with("data.test_tasks", 2)
        .with("data.max_buckets", 1);
  }

  private Path trained(RunConfig config, String name) throws IOException {
    Path place = Files.createDirectories(directory.resolve(name));
    Files.writeString(place.resolve(RunDirectory.CONFIG), config.yaml());
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), place)) {
      run.train(new TrainingListener() {}, "CPU:0", () -> false);
    }
    return place;
  }

  private static Splits splits(RunConfig config) throws IOException {
    return new SplitLoader(config.data(), config.seed(), line -> {}).load();
  }

  private static float[] weight(BilevelProgram<?> program, String name) {
    double[] values = program.weight(name);
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  @Test
  void open_ofARunOrCheckpoint_givesWhatItsProgramHas() throws IOException {
    for (String dtype : List.of("float32", "float64")) {
      RunConfig config = config().with("dtype", dtype);
      Path place = trained(config, dtype);
      try (TrainingRun run = TrainingRun.prepare(config, splits(config), place)) {
        for (String step : List.of("step-000001", "step-000002")) {
          Path checkpoint = place.resolve("checkpoints").resolve(step);
          Checkpoints.restore(run.program(), checkpoint);
          try (RunWeights read = RunWeights.open(checkpoint)) {
            assertThat(read.config()).isEqualTo(run.program().config().model());
            assertThat(read.vocabulary()).contains(run.vocabulary());
            assertThat(read.format()).isEqualTo("checkpoint %s of a run", step);
            for (String name : read.config().parameterShapes().keySet()) {
              assertThat(Logits.floats(read, name)).as(name).isEqualTo(weight(run.program(), name));
            }
          }
        }
      }
      try (RunWeights best = RunWeights.open(place)) {
        assertThat(best.format()).isEqualTo("checkpoint best-000002 of a run");
      }
    }
  }

  @Test
  void lowRankFactors_areMergedOrApart() throws IOException {
    RunConfig config =
        config()
            .with("inner_mode", "lora")
            .with("lora_rank", 2)
            .with("lora_alpha", 3)
            .with("lora_targets", List.of("attn.c_attn", "c_fc"))
            .with("learning_rate", 0.1);
    Path place = trained(config, "lora");
    try (RunWeights merged = RunWeights.open(place);
        RunWeights apart = RunWeights.openUnmerged(place)) {
      Lora lora = apart.lora().orElseThrow();
      assertThat(((Adaptation.LowRank) config.adaptation()).lora()).isEqualTo(lora);
      assertThat(apart.factors().keySet())
          .containsExactly(
              "h.0.attn.c_attn.lora_A",
              "h.0.attn.c_attn.lora_B",
              "h.0.mlp.c_fc.lora_A",
              "h.0.mlp.c_fc.lora_B");
      float[] weight = Logits.floats(apart, "h.0.mlp.c_fc.weight"); // [16, 64]
      float[] a = factor(apart, "h.0.mlp.c_fc.lora_A"); // [2, 16]
      float[] b = factor(apart, "h.0.mlp.c_fc.lora_B"); // [64, 2]
      float[] sum = Logits.floats(merged, "h.0.mlp.c_fc.weight");
      double largest = 0;
      for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 64; j++) {
          double product = a[i] * (double) b[2 * j] + a[16 + i] * (double) b[2 * j + 1];
          largest = Math.max(largest, Math.abs(product));
          assertThat((double) sum[64 * i + j])
              .isCloseTo(weight[64 * i + j] + 1.5 * product, within(1e-6));
        }
      }
      assertThat(largest).isGreaterThan(1e-3); // so the factors matter
      assertThat(Logits.floats(merged, "h.0.mlp.c_proj.weight"))
          .isEqualTo(Logits.floats(apart, "h.0.mlp.c_proj.weight"));
    }
  }

  private static float[] factor(RunWeights run, String name) throws IOException {
    try (var tensor = run.readFactor(name)) {
      float[] values = new float[(int) tensor.shape().size()];
      tensor.asRawTensor().data().asFloats().read(values);
      return values;
    }
  }

  @Test
  void train_fromPublishedWeights_startsWithThem_andGoesOnWithoutThem() throws IOException {
    Path published = directory.resolve("published");
    try (Gpt2Weights random = Gpt2Weights.random(SIZES, Vocabulary.full(), 3)) {
      ModelDirectory.create(published, false, to -> ModelDirectory.writeModel(to, random));
      for (String vocabulary : List.of("compact", "full")) {
        RunConfig config =
            config()
                .with("model.name_or_path", published.toString())
                .with("model.vocabulary", vocabulary)
                .with("inner_mode", vocabulary.equals("full") ? "lora" : "all");
        Path place = directory.resolve(vocabulary);
        try (TrainingRun run = TrainingRun.prepare(config, splits(config), place)) {
          assertThat(run.program().config().model())
              .isEqualTo(SIZES.withVocabSize(run.vocabulary().size()));
          Gpt2Weights picked = random.withVocabulary(run.vocabulary());
          for (String name : SIZES.parameterShapes().keySet()) {
            boolean same = Arrays.equals(weight(run.program(), name), Logits.floats(picked, name));
            assertThat(same).as(name).isTrue();
          }
        }
      }
      RunConfig config = config().with("model.name_or_path", published.toString());
      Path place = trained(config, "run");
      ModelDirectory.create(published, true, to -> Files.writeString(to.resolve("x"), ""));
      try (TrainingRun run =
          TrainingRun.prepare(config.with("max_steps", 3), splits(config), place)) {
        assertThat(run.resume(line -> {})).isTrue();
        run.train(new TrainingListener() {}, "CPU:0", () -> false);
        assertThat(run.state().step()).isEqualTo(3);
      }
      try (Gpt2Weights read = RunWeights.openAny(place)) {
        assertThat(read.config().nEmbd()).isEqualTo(8); // of the weights, not of the configuration
      }
    }
  }

  @Test
  void train_fromAPaddedModel_keepsThePaddingForAnExport() throws IOException {
    Path published = directory.resolve("published");
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 3)) {
      PaddedModel.write(published, plain, 50_304, 7.5f);
    }
    RunConfig full =
        config()
            .with("model.name_or_path", published.toString())
            .with("model.vocabulary", "full")
            .with("gradient", "first_order")
            .with("train_batch_size", 1)
            .with("max_steps", 1);
    Path place = trained(full, "full");
    try (Gpt2Weights padded = PublishedWeights.open(published);
        Gpt2Weights run = RunWeights.openAny(place);
        TFloat32 before = padded.readStored("wte.weight");
        TFloat32 after = run.readStored("wte.weight");
        TFloat32 tokens = run.read("wte.weight")) {
      assertThat(run.config()).isEqualTo(SIZES);
      assertThat(run.padding()).isEqualTo(47);
      assertThat(after.shape()).isEqualTo(before.shape());
      assertThat(after.slice(Indices.sliceFrom(50_257), Indices.all()))
          .isEqualTo(before.slice(Indices.sliceFrom(50_257), Indices.all()));
      assertThat(after.slice(Indices.sliceTo(50_257), Indices.all())).isEqualTo(tokens);
      assertThat(after).isNotEqualTo(before); // as it was trained
    }
    try (Gpt2Weights run =
        RunWeights.openAny(trained(full.with("model.vocabulary", "compact"), "c"))) {
      assertThat(run.padding()).isZero();
    }
  }

  @Test
  void train_fromWeightsThatDoNotKnowTheTokens_isRefused() throws IOException {
    Path published = directory.resolve("published");
    Vocabulary few = Vocabulary.compact(IntStream.of(11));
    try (Gpt2Weights random = Gpt2Weights.random(SIZES.withVocabSize(2), few, 3)) {
      ModelDirectory.create(published, false, to -> ModelDirectory.writeModel(to, random));
    }
    RunConfig config = config().with("model.name_or_path", published.toString());
    assertThatIOException()
        .isThrownBy(() -> TrainingRun.prepare(config, splits(config), directory.resolve("run")))
        .withMessageStartingWith("the weights have 2 tokens but lack ");
  }

  /** A changed number of heads fits all weights and computes other numbers. */
  @Test
  void open_ofAModelFileThatIsNotTheConfigurations_isRefused() throws IOException {
    Path place = trained(config(), "run");
    Path sizes = place.resolve(RunDirectory.MODEL);
    String text = Files.readString(sizes);
    String heads = text.replaceFirst("\"n_head\" : [0-9]+", "\"n_head\" : 1");
    assertThat(heads).isNotEqualTo(text);
    Files.writeString(sizes, heads);
    assertThatIOException()
        .isThrownBy(() -> RunWeights.open(place))
        .withMessageContaining("must be of one model but are not");
    Files.writeString(sizes, text.replaceFirst("\"vocab_size\" : [0-9]+", "\"vocab_size\" : 7"));
    assertThatIOException()
        .isThrownBy(() -> RunWeights.open(place))
        .withMessageContaining("must have vocab_size=");
  }

  @Test
  void open_ofSomethingElse_isRefused() throws IOException {
    assertThat(RunWeights.isRun(directory)).isFalse();
    assertThatIOException()
        .isThrownBy(() -> RunWeights.open(directory))
        .withMessageStartingWith("run (")
        .withMessageEndingWith(") must be the directory of a run, with config.yaml in it");
    Files.writeString(directory.resolve(RunDirectory.CONFIG), config().yaml());
    assertThatIOException()
        .isThrownBy(() -> RunWeights.open(directory))
        .withMessage("run '%s' has no checkpoint", directory);
  }
}
