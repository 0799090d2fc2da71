package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ndarray.Shape;

class Gpt2ConfigTest {
  private static final Gpt2Config SMALL = Gpt2Config.small();

  /** Sizes of the published checkpoints, each parameter counted once. */
  static Stream<Arguments> published() {
    return Stream.of(
        Arguments.of("gpt2", Gpt2Config.small(), 124_439_808L, 148),
        Arguments.of("gpt2-medium", Gpt2Config.medium(), 354_823_168L, 292),
        Arguments.of("gpt2-large", Gpt2Config.large(), 774_030_080L, 436),
        Arguments.of("gpt2-xl", Gpt2Config.xl(), 1_557_611_200L, 580));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("published")
  void presets_haveThePublishedSizes(String name, Gpt2Config config, long parameters, int tensors) {
    assertThat(config.parameterCount()).isEqualTo(parameters);
    assertThat(config.parameterShapes()).hasSize(tensors);
    assertThat(config.headDim()).isEqualTo(64);
  }

  @Test
  void parameterShapes_areInHuggingFaceOrder() {
    var shapes = new Gpt2Config(61, 24, 16, 1, 4, 40, 1e-5).parameterShapes();
    assertThat(shapes.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()))
        .containsExactly(
            "wte.weight [61, 16]",
            "wpe.weight [24, 16]",
            "h.0.ln_1.weight [16]",
            "h.0.ln_1.bias [16]",
            "h.0.attn.c_attn.weight [16, 48]",
            "h.0.attn.c_attn.bias [48]",
            "h.0.attn.c_proj.weight [16, 16]",
            "h.0.attn.c_proj.bias [16]",
            "h.0.ln_2.weight [16]",
            "h.0.ln_2.bias [16]",
            "h.0.mlp.c_fc.weight [16, 40]",
            "h.0.mlp.c_fc.bias [40]",
            "h.0.mlp.c_proj.weight [40, 16]",
            "h.0.mlp.c_proj.bias [16]",
            "ln_f.weight [16]",
            "ln_f.bias [16]");
    assertThat(shapes).containsEntry("wte.weight", Shape.of(61, 16));
  }

  @Test
  void withers_changeTheirFieldOnly() {
    assertThat(SMALL.withVocabSize(9)).isEqualTo(new Gpt2Config(9, 1024, 768, 12, 12, 3072, 1e-5));
    assertThat(SMALL.withNPositions(9))
        .isEqualTo(new Gpt2Config(50_257, 9, 768, 12, 12, 3072, 1e-5));
    assertThat(SMALL.withNLayer(9)).isEqualTo(new Gpt2Config(50_257, 1024, 768, 9, 12, 3072, 1e-5));
    assertThat(SMALL.withNHead(8)).isEqualTo(new Gpt2Config(50_257, 1024, 768, 12, 8, 3072, 1e-5));
    assertThat(SMALL.withNInner(9)).isEqualTo(new Gpt2Config(50_257, 1024, 768, 12, 12, 9, 1e-5));
    assertThat(SMALL.withLayerNormEpsilon(0.5))
        .isEqualTo(new Gpt2Config(50_257, 1024, 768, 12, 12, 3072, 0.5));
  }

  @Test
  void withNEmbd_setsTheInnerWidthToo() {
    assertThat(SMALL.withNInner(9).withNEmbd(24))
        .isEqualTo(new Gpt2Config(50_257, 1024, 24, 12, 12, 96, 1e-5));
  }

  static Stream<Arguments> rejected() {
    return Stream.of(
        Arguments.of("vocab_size (0) must be positive", (Runnable) () -> SMALL.withVocabSize(0)),
        Arguments.of(
            "n_positions (-1) must be positive", (Runnable) () -> SMALL.withNPositions(-1)),
        Arguments.of("n_embd (0) must be positive", (Runnable) () -> SMALL.withNEmbd(0)),
        Arguments.of(
            "n_embd (-2147483648) must be positive",
            (Runnable) () -> SMALL.withNEmbd(Integer.MIN_VALUE)),
        Arguments.of(
            "n_embd (-8) must be positive",
            (Runnable) () -> new Gpt2Config(61, 24, -8, 2, 4, 64, 1e-5)),
        Arguments.of("n_layer (0) must be positive", (Runnable) () -> SMALL.withNLayer(0)),
        Arguments.of("n_head (0) must be positive", (Runnable) () -> SMALL.withNHead(0)),
        Arguments.of("n_inner (-3) must be positive", (Runnable) () -> SMALL.withNInner(-3)),
        Arguments.of(
            "layer_norm_epsilon (0.0) must be positive and finite",
            (Runnable) () -> SMALL.withLayerNormEpsilon(0)),
        Arguments.of(
            "layer_norm_epsilon (NaN) must be positive and finite",
            (Runnable) () -> SMALL.withLayerNormEpsilon(Double.NaN)),
        Arguments.of(
            "layer_norm_epsilon (Infinity) must be positive and finite",
            (Runnable) () -> SMALL.withLayerNormEpsilon(Double.POSITIVE_INFINITY)),
        Arguments.of(
            "n_embd (770) must be divisible by n_head (12)", (Runnable) () -> SMALL.withNEmbd(770)),
        Arguments.of(
            "n_embd (768) must be divisible by n_head (7)", (Runnable) () -> SMALL.withNHead(7)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void impossibleSizes_areRefusedByName(String message, Runnable construct) {
    assertThatIllegalArgumentException().isThrownBy(construct::run).withMessage(message);
  }

  @Test
  void withNEmbd_whoseInnerWidthOverflows_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SMALL.withNEmbd(600_000_000))
        .withMessage(
            "n_embd (600000000) must be at most 536870911, so that n_inner = 4 n_embd fits");
  }
}
