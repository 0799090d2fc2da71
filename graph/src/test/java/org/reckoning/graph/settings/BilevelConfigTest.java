package org.reckoning.graph.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.program.Micro;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;

class BilevelConfigTest {
  private static final Gpt2Config MODEL = Micro.MODEL;
  private static final TaskShape SHAPE = Micro.SHAPE;
  private static final BilevelConfig CONFIG = BilevelConfig.of(MODEL, 2, SHAPE);

  @Test
  void of_hasTheDocumentedDefaults() {
    assertThat(CONFIG)
        .isEqualTo(
            new BilevelConfig(
                MODEL,
                List.of(SHAPE),
                2,
                new Sgd(),
                InnerLoss.MEAN,
                new InnerRates(0.1, InnerRates.Space.LOG, true),
                new Adaptation.All(),
                List.of("*"),
                new GradientMode(Integer.MAX_VALUE),
                InnerProducts.AUTO,
                MatmulDtype.FLOAT32,
                List.of(new OuterTerm.Questions("target", 1, Set.of(Span.ANSWER, Span.KNOWLEDGE))),
                new OuterOptimizer(
                    new AdamW(0.9, 0.999, 1e-8, 0.05), new AdamW(0.9, 0.999, 1e-8, 0), 0.1, 0.1),
                0,
                0,
                XlaMode.SEGMENTS,
                1,
                0));
  }

  @Test
  void withers_changeTheirFieldOnly() {
    Gpt2Config model = MODEL.withNLayer(2);
    TaskShape shape = SHAPE.withTasks(3);
    OuterOptimizer outer = new OuterOptimizer(new AdamW(), new AdamW(), 1, 2);
    BilevelConfig changed =
        CONFIG
            .withModel(model)
            .withShapes(shape)
            .withInnerSteps(5)
            .withInnerOptimizer(new Momentum())
            .withInnerLoss(InnerLoss.SUM)
            .withInnerRates(InnerRates.fixed(0.2))
            .withAdaptation(Adaptation.lora(2, 4, "c_proj"))
            .withTrained("*.lora_A")
            .withGradientMode(GradientMode.truncated(3))
            .withInnerProducts(InnerProducts.KEEP)
            .withMatmulDtype(MatmulDtype.BFLOAT16)
            .withOuterTerms(OuterTerm.recall(2))
            .withOuterOptimizer(outer)
            .withDropout(0.1, 0.2)
            .withXla(XlaMode.WHOLE)
            .withTaskGroups(2)
            .withInnerMicroFacts(3);

    assertThat(changed)
        .isEqualTo(
            new BilevelConfig(
                model,
                List.of(shape),
                5,
                new Momentum(),
                InnerLoss.SUM,
                new InnerRates(0.2, InnerRates.Space.RAW, false),
                new Adaptation.LowRank(new Lora(2, 4, List.of("c_proj"))),
                List.of("*.lora_A"),
                new GradientMode(3),
                InnerProducts.KEEP,
                MatmulDtype.BFLOAT16,
                List.of(new OuterTerm.Recall("recall", 2)),
                outer,
                0.1,
                0.2,
                XlaMode.WHOLE,
                2,
                3));
    assertThat(changed.lora()).isEqualTo(new Lora(2, 4, List.of("c_proj")));
    assertThat(CONFIG.lora()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 128, 256, 128", // all facts at once
    "3, 1, 128, 256, 3",
    "200, 1, 128, 256, 128",
    // By bytes: for 512 tokens of GPT-2 small XLA planned 843 MB.
    "-1, 1, 128, 256, 2",
    "-1, 2, 128, 256, 1",
    "-1, 1, 4, 32, 4",
    "-1, 8, 4, 1024, 1", // one fact of each task takes more, but there is no less
  })
  void microFacts_areThoseOfTheSettingOrChosenByBytes(
      int setting, int tasks, int facts, int factTokens, int microFacts) {
    TaskShape shape = new TaskShape(tasks, facts, factTokens, 1, 32);
    BilevelConfig config = BilevelConfig.of(Gpt2Config.small(), 4, shape);

    assertThat(config.withInnerMicroFacts(setting).microFacts(shape)).isEqualTo(microFacts);
  }

  @ParameterizedTest
  @CsvSource({
    "768, 1, 1, true",
    "384, 1, 1, true",
    "256, 1, 1, false", // a narrow model
    "768, 2, 1, false", // two tasks in a group: batches of products
    "768, 2, 2, true",
    "768, 4, 3, false", // two groups of two tasks
  })
  void largeProducts_areThoseOfAWideModelWithSingleTasks(
      int width, int tasks, int groups, boolean large) {
    Gpt2Config model = new Gpt2Config(32, 16, width, 1, 4, 4 * width, 1e-5);
    BilevelConfig config = BilevelConfig.of(model, 1, new TaskShape(tasks, 1, 4, 1, 4));

    assertThat(config.withTaskGroups(groups).hasLargeProducts()).isEqualTo(large);
  }

  static Stream<Arguments> rejected() {
    double nan = Double.NaN;
    double infinite = Double.POSITIVE_INFINITY;
    return Stream.of(
        refused("inner steps (-1) must be 0 or more", () -> CONFIG.withInnerSteps(-1)),
        refused("task groups (0) must be at least 1", () -> CONFIG.withTaskGroups(0)),
        refused(
            "inner micro facts (-2) must be at least 1, 0 for all facts at once, or -1 for auto",
            () -> CONFIG.withInnerMicroFacts(-2)),
        refused("at least one task shape is needed", () -> CONFIG.withShapes()),
        refused(
            "fact_tokens (9) must be at most n_positions (8)",
            () -> CONFIG.withShapes(new TaskShape(1, 1, 9, 1, 8))),
        refused(
            "question_tokens (12) must be at most n_positions (8)",
            () -> CONFIG.withShapes(SHAPE, new TaskShape(1, 1, 8, 1, 12))),
        refused(
            "task shapes [%s, %s] must differ".formatted(SHAPE, SHAPE),
            () -> CONFIG.withShapes(SHAPE, SHAPE)),
        refused(
            "inner dropout (1.0) must be at least 0 and less than 1",
            () -> CONFIG.withDropout(1, 0)),
        refused(
            "outer dropout (NaN) must be at least 0 and less than 1",
            () -> CONFIG.withDropout(0, nan)),
        refused(
            "outer term 'answer' is given twice",
            () -> CONFIG.withOuterTerms(OuterTerm.answer(1), OuterTerm.answer(2))),
        refused(
            "at least one outer term must have a weight above 0 but there are []",
            () -> CONFIG.withOuterTerms()),
        refused(
            "at least one outer term must have a weight above 0 but there are"
                + " [Recall[name=recall, weight=0.0]]",
            () -> CONFIG.withOuterTerms(OuterTerm.recall(0))),
        refused(
            "truncated steps (3) must be at most inner steps (2)",
            () -> CONFIG.withGradientMode(GradientMode.truncated(3))),
        refused(
            "inner steps (-2) must be 0 or more; fact_tokens (9) must be at most n_positions (8);"
                + " inner dropout (-1.0) must be at least 0 and less than 1",
            () ->
                new BilevelConfig(
                    MODEL,
                    List.of(new TaskShape(1, 1, 9, 1, 8)),
                    -2,
                    new Sgd(),
                    InnerLoss.MEAN,
                    InnerRates.log(0.1),
                    Adaptation.all(),
                    List.of("*"),
                    GradientMode.exact(),
                    InnerProducts.AUTO,
                    MatmulDtype.FLOAT32,
                    List.of(OuterTerm.target()),
                    OuterOptimizer.defaults(),
                    -1,
                    0,
                    XlaMode.OFF,
                    1,
                    0)),
        refused(
            "XLA (OFF) must be on with matrix products in bfloat16",
            () -> CONFIG.withXla(XlaMode.OFF).withMatmulDtype(MatmulDtype.BFLOAT16)),
        // The parts.
        refused("tasks (0) must be at least 1", () -> new TaskShape(0, 1, 2, 1, 2)),
        refused("facts (0) must be at least 1", () -> new TaskShape(1, 0, 2, 1, 2)),
        refused("fact_tokens (1) must be at least 2", () -> new TaskShape(1, 1, 1, 1, 2)),
        refused("questions (-3) must be at least 1", () -> new TaskShape(1, 1, 2, -3, 2)),
        refused("question_tokens (0) must be at least 2", () -> new TaskShape(1, 1, 2, 1, 0)),
        refused("tasks (-1) must be at least 1", () -> SHAPE.withTasks(-1)),
        refused("truncated steps (-1) must be 0 or more", () -> GradientMode.truncated(-1)),
        refused("inner rate (NaN) must be finite", () -> InnerRates.raw(nan)),
        refused("inner rate (Infinity) must be finite", () -> InnerRates.fixed(infinite)),
        refused("inner rate (0.0) must be positive in log space", () -> InnerRates.log(0)),
        refused("inner rate (-0.1) must be positive in log space", () -> InnerRates.log(-0.1)),
        refused(
            "outer term 'text' must score ANSWER or KNOWLEDGE but scores []",
            () -> new OuterTerm.Questions("text", 1, Set.of())),
        refused(
            "outer term 'text' must score ANSWER or KNOWLEDGE but scores [PROMPT]",
            () -> new OuterTerm.Questions("text", 1, Set.of(Span.PROMPT))),
        refused(
            "weight (-1.0) of outer term 'answer' must be 0 or more and finite",
            () -> OuterTerm.answer(-1)),
        refused(
            "weight (NaN) of outer term 'knowledge' must be 0 or more and finite",
            () -> OuterTerm.knowledge(nan)),
        refused(
            "weight (Infinity) of outer term 'recall' must be 0 or more and finite",
            () -> OuterTerm.recall(infinite)),
        refused(
            "clip_weights (0.0) must be positive",
            () -> new OuterOptimizer(new AdamW(), new AdamW(), 0, 1)),
        refused(
            "clip_rates (NaN) must be positive",
            () -> new OuterOptimizer(new AdamW(), new AdamW(), infinite, nan)),
        refused(
            "outer learning rates (weights -1.0, rates 0.0) must be 0 or more and finite",
            () -> new OuterRates(-1, 0)),
        refused(
            "outer learning rates (weights 0.0, rates NaN) must be 0 or more and finite",
            () -> new OuterRates(0, nan)),
        refused(
            "outer learning rates (weights Infinity, rates 0.0) must be 0 or more and finite",
            () -> new OuterRates(infinite, 0)),
        refused(
            "patterns of adapted weights must be at least one; to adapt nothing, use 0 inner steps",
            () -> Adaptation.matching()));
  }

  private static Arguments refused(String message, Runnable construct) {
    return Arguments.of(message, construct);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void valuesThatCannotWork_areRefusedByName(String message, Runnable construct) {
    assertThatIllegalArgumentException().isThrownBy(construct::run).withMessage(message);
  }

  @Test
  void gradientMode_keepsTheLastSteps() {
    assertThat(Stream.of(0, 1, 2).map(k -> GradientMode.truncated(2).isExact(k, 3)))
        .containsExactly(false, true, true);
    assertThat(Stream.of(0, 1, 2).map(k -> GradientMode.exact().isExact(k, 3)))
        .containsExactly(true, true, true);
    assertThat(Stream.of(0, 1, 2).map(k -> GradientMode.firstOrder().isExact(k, 3)))
        .containsExactly(false, false, false);
    assertThat(
            Stream.of(GradientMode.exact(), GradientMode.firstOrder(), GradientMode.truncated(2)))
        .map(GradientMode::toString)
        .containsExactly("exact", "first_order", "truncated(2)");
  }

  @Test
  void outerOptimizer_decaysNeitherBiasesNorLayerNorms() {
    AdamW decayed = new AdamW().withWeightDecay(0.3);
    OuterOptimizer optimizer = new OuterOptimizer(decayed, new AdamW(), 1, 1);

    for (String name :
        List.of("wte.weight", "wpe.weight", "h.0.attn.c_attn.weight", "h.0.mlp.c_fc.lora_A")) {
      assertThat(optimizer.forWeight(name)).as(name).isEqualTo(decayed);
    }
    for (String name :
        List.of("h.0.ln_1.weight", "ln_f.weight", "ln_f.bias", "h.0.mlp.c_fc.bias")) {
      assertThat(optimizer.forWeight(name)).as(name).isEqualTo(decayed.withWeightDecay(0));
    }
  }

  // Patterns.

  @Test
  void patterns_selectInTheOrderOfTheNames() {
    List<String> names = List.of("a.x", "a.y", "b.x", "aXx");

    assertThat(NamePatterns.select("adapted", names, List.of("b.*", "a.x")))
        .containsExactly("a.x", "b.x");
    assertThat(NamePatterns.select("adapted", names, List.of("*.x"))).containsExactly("a.x", "b.x");
    assertThat(NamePatterns.select("adapted", names, List.of("*")))
        .containsExactlyElementsOf(names);
    assertThat(NamePatterns.select("adapted", names, List.of("a*x"))).containsExactly("a.x", "aXx");
    assertThat(NamePatterns.select("adapted", names, List.of())).isEmpty();
  }

  @Test
  void pattern_thatMatchesNothing_namesTheKnown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NamePatterns.select("adapted", List.of("a", "b"), List.of("a", "c*")))
        .withMessage("adapted pattern (c*) matches no tensor; known: a, b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightLayout(CONFIG.withTrained("*", "h.7.*")))
        .withMessage(
            "trained pattern (h.7.*) matches no tensor; known: wte.weight, wpe.weight,"
                + " h.0.ln_1.weight, h.0.ln_1.bias, h.0.attn.c_attn.weight, h.0.attn.c_attn.bias,"
                + " h.0.attn.c_proj.weight, h.0.attn.c_proj.bias, ... (16 in all)");
  }

  @Test
  void layout_sortsTheWeights() {
    WeightLayout layout =
        new WeightLayout(
            CONFIG.withAdaptation(Adaptation.matching("h.*.mlp.*")).withTrained("*.weight"));

    assertThat(layout.adapted())
        .containsExactly(
            "h.0.mlp.c_fc.weight",
            "h.0.mlp.c_fc.bias",
            "h.0.mlp.c_proj.weight",
            "h.0.mlp.c_proj.bias");
    assertThat(layout.trained()).hasSize(9).allMatch(name -> name.endsWith(".weight"));
    assertThat(layout.shared()).hasSize(12).doesNotContainAnyElementsOf(layout.adapted());
    assertThat(layout.trainedShared()).hasSize(7);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layout.shape("wte"))
        .withMessageStartingWith("no weight 'wte'; known: [wte.weight, ");
  }

  @Test
  void layout_withLowRankFactors_adaptsThemAlone() {
    WeightLayout layout = new WeightLayout(CONFIG.withAdaptation(Adaptation.lora(2, 4, "c_proj")));

    assertThat(layout.adapted()).hasSize(4).allMatch(name -> name.contains(".lora_"));
    assertThat(layout.shapes()).hasSize(20);
    assertThat(layout.trainedShared()).hasSize(16);
  }
}
