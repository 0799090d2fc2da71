package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.weights.Gpt2Checksum;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class LowRankAdapterTest {
  private static final int RANK = 2;
  private static final int C = 16; // of the micro model, of 2 layers

  /** What PEFT 0.17 writes for a GPT-2, with all its keys. */
  private static final String CONFIG =
      """
      {
        "alpha_pattern": {},
        "auto_mapping": null,
        "base_model_name_or_path": "gpt2",
        "bias": "none",
        "corda_config": null,
        "eva_config": null,
        "exclude_modules": null,
        "fan_in_fan_out": true,
        "inference_mode": true,
        "init_lora_weights": true,
        "layer_replication": null,
        "layers_pattern": null,
        "layers_to_transform": null,
        "loftq_config": {},
        "lora_alpha": 6,
        "lora_bias": false,
        "lora_dropout": 0.1,
        "megatron_config": null,
        "megatron_core": "megatron.core",
        "modules_to_save": null,
        "peft_type": "LORA",
        "qalora_group_size": 16,
        "r": 2,
        "rank_pattern": {},
        "revision": null,
        "target_modules": ["c_attn"],
        "target_parameters": null,
        "task_type": "CAUSAL_LM",
        "trainable_token_indices": null,
        "use_dora": false,
        "use_qalora": false,
        "use_rslora": false
      }
      """;

  @TempDir Path directory;

  private final Map<String, TensorData> tensors = new LinkedHashMap<>();

  LowRankAdapterTest() {
    for (int layer = 0; layer < 2; layer++) {
      String name = "base_model.model.transformer.h.%d.attn.c_attn.lora_".formatted(layer);
      tensors.put(name + "A.weight", counted(layer, RANK, C));
      tensors.put(name + "B.weight", counted(layer + 5, 3 * C, RANK));
    }
  }

  /** Small numbers that differ. */
  private static TensorData.Floats counted(int seed, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (seed + 7 * i) % 11 / 16f - 0.25f;
    }
    return new TensorData.Floats(Shape.of(rows, columns), values);
  }

  private Path write(String config) throws IOException {
    Files.writeString(directory.resolve("adapter_config.json"), config);
    SafetensorsWriter.write(directory.resolve("adapter_model.safetensors"), tensors);
    return directory;
  }

  @ParameterizedTest
  @CsvSource({"false, 3", "true, 4.242640687119285"}) // 6 / 2 and 6 / sqrt(2)
  void read_isTheWeightPlusTheScaledProduct(String rankStabilized, double scale)
      throws IOException {
    String config = CONFIG.replace("\"use_rslora\": false", "\"use_rslora\": " + rankStabilized);
    try (Gpt2Weights base = PublishedWeights.open(GoldenLogits.MICRO);
        Gpt2Weights adapted = PublishedWeights.openAdapted(GoldenLogits.MICRO, write(config))) {
      assertThat(adapted.format())
          .isEqualTo("safetensors, 1 file, F32; adapter of rank 2 merged into 2 layers");
      for (String name : base.config().parameterShapes().keySet()) {
        float[] before = Logits.floats(base, name);
        float[] after = Logits.floats(adapted, name);
        if (!name.endsWith("attn.c_attn.weight")) {
          assertThat(after).as(name).isEqualTo(before);
          continue;
        }
        String factor = "base_model.model.transformer.%s.lora_".formatted(name.substring(0, 15));
        float[] a = values(factor + "A.weight");
        float[] b = values(factor + "B.weight");
        for (int in = 0; in < C; in++) {
          for (int out = 0; out < 3 * C; out++) {
            double product = 0;
            for (int r = 0; r < RANK; r++) {
              product += (double) b[out * RANK + r] * a[r * C + in];
            }
            int place = in * 3 * C + out;
            assertThat((double) after[place])
                .isCloseTo(before[place] + scale * product, within(1e-5));
          }
        }
      }
    }
  }

  private float[] values(String name) {
    return ((TensorData.Floats) Objects.requireNonNull(tensors.get(name))).values();
  }

  @Test
  void open_ofAnAdapterThatThisProgramWrote_readsTheSameFactors() throws IOException {
    Lora lora = new Lora(RANK, 6, List.of("c_attn"));
    Path adapter = directory.resolve("adapter");
    try (Gpt2Weights base = PublishedWeights.open(GoldenLogits.MICRO);
        SafetensorsFile factors = factors()) {
      ModelDirectory.create(
          adapter,
          false,
          to -> {
            ModelDirectory.writeModel(Files.createDirectory(to.resolve("base")), base);
            ModelDirectory.writeAdapter(
                to,
                lora,
                lora.parameterShapes(base.config()),
                name -> read(factors, name),
                ModelDirectory.BASE);
          });
      try (Gpt2Weights beside = PublishedWeights.open(adapter);
          Gpt2Weights named = PublishedWeights.openAdapted(GoldenLogits.MICRO, adapter);
          Gpt2Weights byHand = PublishedWeights.openAdapted(GoldenLogits.MICRO, directory)) {
        assertThat(Gpt2Checksum.of(beside)).isEqualTo(Gpt2Checksum.of(byHand));
        assertThat(Gpt2Checksum.of(named)).isEqualTo(Gpt2Checksum.of(byHand));
        assertThat(Gpt2Checksum.of(named)).isNotEqualTo(Gpt2Checksum.of(base));
      }
    }
  }

  private SafetensorsFile factors() throws IOException {
    return SafetensorsFile.open(write(CONFIG).resolve("adapter_model.safetensors"));
  }

  private static TFloat32 read(SafetensorsFile factors, String name) throws IOException {
    return factors.read("base_model.model.transformer.%s.weight".formatted(name));
  }

  /** A change of the configuration, and the end of the sentence that comes of it. */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "\"LORA\" | \"IA3\" | peft_type ('IA3') must be LORA",
        "\"none\" | \"all\" | bias ('all') must be none",
        "\"r\": 2 | \"r\": 0 | r ('0') must be a positive integer",
        "\"lora_alpha\": 6 | \"lora_alpha\": \"x\" | lora_alpha ('x') must be a number",
        "\"use_dora\": false | \"use_dora\": true | use_dora ('true') must not be set",
        "\"lora_bias\": false | \"lora_bias\": true | lora_bias ('true') must not be set",
        "\"rank_pattern\": {} | \"rank_pattern\": {\"c\": 1} | rank_pattern ('{\"c\":1}') must not be"
            + " set",
        "\"modules_to_save\": null | \"modules_to_save\": [\"wte\"] | modules_to_save ('[\"wte\"]')"
            + " must not be set",
        "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa\" | init_lora_weights ('pissa')"
            + " must leave the weights of the base as they are",
        "[\"c_attn\"] | 3 | target_modules ('3') must be a list of names",
      })
  void open_ofAnotherKindOfAdapter_isRefused(String from, String to, String message)
      throws IOException {
    assertThat(CONFIG).contains(from);
    Path adapter = write(CONFIG.replace(from, to));
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.openAdapted(GoldenLogits.MICRO, adapter))
        .withMessage(
            "%s: must be a plain low-rank adapter: %s",
            adapter.resolve("adapter_config.json"), message);
  }

  @Test
  void open_ofOtherFactors_isRefused() throws IOException {
    String a = "base_model.model.transformer.h.1.attn.c_attn.lora_A.weight";
    TensorData factor = Objects.requireNonNull(tensors.remove(a));
    assertFactors("missing lora_A of h.1.attn.c_attn");
    tensors.put(a, counted(1, 1, C));
    assertFactors("'%s' is [1, 16], not [2, 16]".formatted(a));
    tensors.put(a, factor);
    tensors.put("base_model.model.lm_head.lora_A.weight", counted(1, RANK, C));
    assertFactors("unexpected 'base_model.model.lm_head.lora_A.weight'");
    tensors.keySet().removeIf(name -> name.contains("lm_head") || name.contains("h.1."));
    assertFactors("missing the factors of h.1.attn.c_attn");
  }

  private void assertFactors(String problem) throws IOException {
    Path adapter = write(CONFIG);
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.openAdapted(GoldenLogits.MICRO, adapter))
        .withMessage(
            "%s: must have the factors of adapter_config.json for this model: %s",
            adapter.resolve("adapter_model.safetensors"), problem);
  }

  @Test
  void open_ofPickledOrMissingFactors_isRefused() throws IOException {
    Path adapter = write(CONFIG);
    Files.move(adapter.resolve("adapter_model.safetensors"), adapter.resolve("adapter_model.bin"));
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.openAdapted(GoldenLogits.MICRO, adapter))
        .withMessageContaining("must have the file adapter_model.safetensors; a pickled");
    assertThatIOException()
        .isThrownBy(
            () -> PublishedWeights.openAdapted(GoldenLogits.MICRO, adapter.resolve("nothing")))
        .isInstanceOf(MissingPathException.class);
  }
}
