package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LoraTest {
  private static final Gpt2Config MODEL = new Gpt2Config(11, 8, 8, 1, 2, 16, 1e-5);

  @Test
  void parameterShapes_haveTheOrientationOfPeft() {
    var shapes = new Lora(3, 6, List.of("attn.c_attn", "mlp.c_fc")).parameterShapes(MODEL);

    assertThat(shapes.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()))
        .containsExactly(
            "h.0.attn.c_attn.lora_A [3, 8]",
            "h.0.attn.c_attn.lora_B [24, 3]",
            "h.0.mlp.c_fc.lora_A [3, 8]",
            "h.0.mlp.c_fc.lora_B [16, 3]");
  }

  @Test
  void target_ofAShortName_meansAllLayersOfThatName() {
    assertThat(new Lora(1, 1, List.of("c_proj")).parameterShapes(MODEL))
        .containsOnlyKeys(
            "h.0.attn.c_proj.lora_A",
            "h.0.attn.c_proj.lora_B",
            "h.0.mlp.c_proj.lora_A",
            "h.0.mlp.c_proj.lora_B");
  }

  @Test
  void scale_isAlphaOverRank() {
    assertThat(new Lora(4, 6, List.of("c_proj")).scale()).isEqualTo(1.5);
  }

  static Stream<Arguments> rejected() {
    String known = "[attn.c_attn, attn.c_proj, mlp.c_fc, mlp.c_proj]";
    List<String> one = List.of("c_proj");
    return Stream.of(
        refused("lora rank (0) must be positive", () -> new Lora(0, 1, one)),
        refused("lora alpha (0.0) must be positive and finite", () -> new Lora(1, 0, one)),
        refused("lora alpha (NaN) must be positive and finite", () -> new Lora(1, Double.NaN, one)),
        refused("lora targets must name at least one of " + known, () -> new Lora(1, 1, List.of())),
        refused(
            "lora target (proj) matches no linear layer; known: " + known,
            () -> new Lora(1, 1, List.of("c_proj", "proj"))),
        refused(
            "lora target (wte) matches no linear layer; known: " + known,
            () -> new Lora(1, 1, List.of("wte"))));
  }

  private static Arguments refused(String message, Runnable construct) {
    return Arguments.of(message, construct);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void impossibleFactors_areRefusedByName(String message, Runnable construct) {
    assertThatIllegalArgumentException().isThrownBy(construct::run).withMessage(message);
  }
}
