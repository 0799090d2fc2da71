package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat32;

class InnerProductsTest {
  private static final TaskShape TWO = Micro.SHAPE.withTasks(2);
  private static final TaskBatch BATCH = Micro.batch(TWO, Micro.tasks(2, 80));
  private static final BilevelConfig CONFIG =
      Micro.config(2, TWO).withInnerRates(InnerRates.log(0.1));

  static Stream<BilevelConfig> configs() {
    return Stream.of(
        CONFIG,
        CONFIG.withXla(XlaMode.SEGMENTS),
        CONFIG.withXla(XlaMode.WHOLE),
        CONFIG.withGradientMode(GradientMode.truncated(1)),
        CONFIG.withInnerOptimizer(new Momentum()).withGradientMode(GradientMode.truncated(1)),
        CONFIG.withInnerOptimizer(new AdamW()),
        CONFIG.withAdaptation(Adaptation.lora(2, 4, "attn.c_attn")),
        CONFIG.withAdaptation(Adaptation.matching("h.*.mlp.*")),
        CONFIG.withAdaptation(Adaptation.matching("ln_f.*")).withTrained("h.*"),
        CONFIG.withDropout(0.3, 0.3),
        CONFIG.withTaskGroups(2));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void gradients_withKeptProducts_areThoseWithRecomputedOnes(BilevelConfig config) {
    try (var kept = Micro.program(config.withInnerProducts(InnerProducts.KEEP));
        var recomputed = Micro.program(config.withInnerProducts(InnerProducts.RECOMPUTE))) {
      Map<String, double[]> want = recomputed.gradients(BATCH, 3);
      Map<String, double[]> got = kept.gradients(BATCH, 3);
      assertThat(got.keySet()).isEqualTo(want.keySet());
      want.forEach(
          (name, values) ->
              assertThat(got.get(name)).as(name).containsExactly(values, within(1e-11)));
      assertThat(kept.adapt(BATCH).keySet()).isEqualTo(recomputed.adapt(BATCH).keySet());
    }
  }

  @Test
  void pullback_withKeptProducts_hasAQuarterFewerProductsOfWeights() {
    long kept = matrixOps(CONFIG.withInnerProducts(InnerProducts.KEEP), "inner_step_pullback");
    long again =
        matrixOps(CONFIG.withInnerProducts(InnerProducts.RECOMPUTE), "inner_step_pullback");

    // 8 products a weight, 2 of them kept; the products of attention are recomputed
    assertThat((double) kept / again).isBetween(0.75, 0.85);
    assertThat(matrixOps(CONFIG.withInnerProducts(InnerProducts.KEEP), "inner_step"))
        .isEqualTo(matrixOps(CONFIG.withInnerProducts(InnerProducts.RECOMPUTE), "inner_step"));
  }

  @Test
  void auto_keepsFewProducts_andRecomputesMany() {
    TaskShape large = new TaskShape(1, 20_000, 8, 1, 8);

    try (var small = BilevelProgram.build(CONFIG, TFloat32.class);
        var more = BilevelProgram.build(CONFIG.withShapes(large), TFloat32.class)) {
      assertThat(ProgramReport.of(small, TWO).keptProductBytes()).isPositive();
      assertThat(ProgramReport.of(more, large).keptProductBytes()).isZero();
    }
  }

  @Test
  void keptProductBytes_areThoseOfTheProductsOfWeights() {
    try (var program = Micro.program(CONFIG.withInnerProducts(InnerProducts.KEEP))) {
      long rows = 2 * 2 * 5; // tasks, facts, tokens
      long scored = 2 * 2 * 4; // the last token of a fact predicts nothing
      // c_attn, c_proj, c_fc and c_proj forward; the same backward; the head both ways
      long ofLayer = (3 * 8 + 8 + 16 + 8) + (8 + 8 + 8 + 16);
      assertThat(ProgramReport.of(program, TWO).keptProductBytes())
          .isEqualTo(8 * (rows * ofLayer + scored * (11 + 8)));
    }
  }

  private static long matrixOps(BilevelConfig config, String segment) {
    try (var program = Micro.program(config)) {
      return ProgramReport.of(program, TWO).segment(segment).flops().matrix();
    }
  }
}
