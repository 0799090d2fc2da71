package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat64;

/** Facts in micro-batches give the numbers of all facts at once. */
class MicroBatchesTest {
  /** Two tasks of four and two facts, and room for a fifth. */
  private static final TaskShape SHAPE = new TaskShape(2, 5, 5, 2, 6);

  private static final TaskBatch BATCH =
      Micro.batch(SHAPE, List.of(task(30, List.of(5, 2, 4, 3)), task(31, List.of(2, 5))));

  /** The facts of even number are relevant. */
  private static Task task(long seed, List<Integer> lengths) {
    Random random = new Random(seed);
    List<TokenSequence> facts = new ArrayList<>();
    List<Boolean> relevant = new ArrayList<>();
    for (int length : lengths) {
      relevant.add(facts.size() % 2 == 0);
      facts.add(Micro.sequence(random, length, 1));
    }
    return new Task(facts, relevant, Micro.task(seed).questions());
  }

  static Stream<Arguments> configurations() {
    BilevelConfig one =
        Micro.config(1, SHAPE).withOuterTerms(OuterTerm.target(), OuterTerm.recall(0.5));
    BilevelConfig two = one.withInnerSteps(2);
    return Stream.of(
        Arguments.of("SGD", two, 2),
        Arguments.of("one fact at a time", one, 1),
        Arguments.of("momentum", two.withInnerOptimizer(new Momentum(0.9, 0.1, true)), 2),
        Arguments.of("AdamW", two.withInnerOptimizer(new AdamW(0.9, 0.95, 0.1, 0.1)), 2),
        Arguments.of(
            "first order, AdamW",
            two.withGradientMode(GradientMode.firstOrder()).withInnerOptimizer(new AdamW()),
            3),
        Arguments.of("truncated", two.withGradientMode(GradientMode.truncated(1)), 3),
        Arguments.of("sum over the root of the facts", two.withInnerLoss(InnerLoss.ROOT), 2),
        Arguments.of("constant rates", one.withInnerRates(InnerRates.fixed(0.1)), 4),
        Arguments.of(
            "factors", one.withAdaptation(Adaptation.lora(2, 3, "attn.c_attn", "c_proj")), 2),
        Arguments.of(
            "a pattern is adapted, another one is trained",
            two.withAdaptation(Adaptation.matching("h.0.attn.*", "wte.*"))
                .withTrained("w*e.weight", "*.mlp.*", "*.c_proj.bias"),
            2),
        Arguments.of("no recall", one.withOuterTerms(OuterTerm.target()), 2),
        Arguments.of("recall alone", one.withOuterTerms(OuterTerm.recall(2)), 2),
        Arguments.of(
            "recall as a measurement",
            one.withOuterTerms(OuterTerm.target(), OuterTerm.recall(0)),
            2),
        Arguments.of("groups of tasks", one.withTaskGroups(2), 2),
        Arguments.of("no inner loop", one.withInnerSteps(0), 2),
        Arguments.of("compiled in segments", one.withXla(XlaMode.SEGMENTS), 2),
        Arguments.of("compiled as a whole", one.withXla(XlaMode.WHOLE), 3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void results_areThoseOfAllFactsAtOnce(String name, BilevelConfig config, int microFacts) {
    try (var atOnce = Micro.program(config);
        var program = Micro.program(config.withInnerMicroFacts(microFacts))) {
      PassResult want = atOnce.evaluate(BATCH);
      PassResult got = program.evaluate(BATCH);
      assertThat(got.outerLoss()).isCloseTo(want.outerLoss(), within(1e-12));
      want.termLosses()
          .forEach(
              (term, loss) ->
                  assertThat(got.termLosses().get(term)).as(term).isCloseTo(loss, within(1e-12)));
      for (int n = 0; n < 2; n++) {
        for (int k = 0; k <= config.innerSteps(); k++) {
          assertThat(got.innerLoss(k, n)).isCloseTo(want.innerLoss(k, n), within(1e-12));
        }
        assertThat(got.questionLoss(n, 0)).isCloseTo(want.questionLoss(n, 0), within(1e-12));
      }
      Micro.assertClose(program.gradients(BATCH, 0), atOnce.gradients(BATCH, 0), 1e-10);
      Micro.assertClose(program.adapt(BATCH), atOnce.adapt(BATCH), 1e-10);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void train_underOuterDropout_reportsTheInnerLossWithoutIt(int microFacts) {
    OuterRates none = new OuterRates(0, 0);
    BilevelConfig config = Micro.config(1, SHAPE).withDropout(0, 0.5);
    try (var program = Micro.program(config.withInnerMicroFacts(microFacts))) {
      PassResult want = program.evaluate(BATCH);
      PassResult got = program.train(List.of(BATCH), none, 5).passes().get(0);
      assertThat(got.outerLoss()).isNotCloseTo(want.outerLoss(), within(1e-3));
      for (int n = 0; n < 2; n++) {
        assertThat(got.innerLoss(1, n)).isCloseTo(want.innerLoss(1, n), within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"5", "6", "-1"}) // the last one: by bytes
  void functions_ofMicroBatchesThatHoldAllFacts_areThoseOfAllFactsAtOnce(int microFacts) {
    BilevelConfig config = Micro.config(2, SHAPE);
    assertThat(functions(config.withInnerMicroFacts(microFacts)).keySet())
        .containsExactlyElementsOf(functions(config).keySet());
  }

  @Test
  void functions_doNotDependOnTheNumberOfFacts() {
    BilevelConfig config =
        Micro.config(2, SHAPE)
            .withOuterTerms(OuterTerm.target(), OuterTerm.recall(0.5))
            .withInnerMicroFacts(2);
    Map<String, Integer> five = functions(config);
    Map<String, Integer> nine = functions(config.withShapes(SHAPE.withFacts(9)));

    assertThat(nine.keySet()).containsExactlyElementsOf(five.keySet());
    assertThat(names(five).keySet())
        .containsExactlyInAnyOrder(
            "inner_gradient",
            "inner_update",
            "fact_loss_gradient",
            "outer",
            "inner_update_pullback",
            "hessian_product",
            "fact_loss",
            "evaluate",
            "gradient_norms",
            "apply_moments",
            "apply_weights");
    assertThat(names(five))
        .containsEntry("inner_gradient", 2 * 2 * 3) // training and evaluation, K, micro-batches
        .containsEntry("fact_loss_gradient", 3)
        .containsEntry("hessian_product", 2 * 3)
        .containsEntry("fact_loss", 3);
    assertThat(names(nine))
        .containsEntry("inner_gradient", 2 * 2 * 5)
        .containsEntry("fact_loss_gradient", 5)
        .containsEntry("hessian_product", 2 * 5)
        .containsEntry("fact_loss", 5);
  }

  /** Each call waits for the one before, so the activations of one micro-batch are in memory. */
  @Test
  void microBatches_areComputedOneAfterAnother() {
    try (var program = Micro.program(Micro.config(1, SHAPE).withInnerMicroFacts(2))) {
      for (String scope : List.of("train/inner_0", "train/outer/facts", "train/pullback_0")) {
        for (int i = 1; i < 3; i++) {
          var call = program.graph().operation(scope + "/micro_" + i + "/StatefulPartitionedCall");
          String before = scope + "/micro_" + (i - 1) + "/StatefulPartitionedCall";
          List<String> inputs = new ArrayList<>();
          for (int j = 0; j < call.numInputs(); j++) {
            inputs.add(call.input(j).op().name());
          }
          assertThat(inputs).contains(before);
        }
      }
    }
  }

  /** The number of calls of each function in the static graph. */
  private static Map<String, Integer> functions(BilevelConfig config) {
    Map<String, Integer> functions = new LinkedHashMap<>();
    try (var program = BilevelProgram.build(config, TFloat64.class)) {
      for (Segment segment : program.segments(config.shapes().get(0))) {
        functions.put(segment.functionName(), 0);
      }
      for (NodeDef node : program.graph().toGraphDef().getNodeList()) {
        if (node.getOp().equals("StatefulPartitionedCall")) {
          functions.merge(node.getAttrOrThrow("f").getFunc().getName(), 1, Integer::sum);
        }
      }
    }
    return functions;
  }

  private static Map<String, Integer> names(Map<String, Integer> functions) {
    Map<String, Integer> names = new LinkedHashMap<>();
    functions.forEach(
        (name, calls) -> names.merge(name.replaceFirst("_[0-9a-f]{12}$", ""), calls, Integer::sum));
    return names;
  }
}
