package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.SegmentNode;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** Programs whose matrix products are in bfloat16, compared with those in float32. */
class MatmulDtypeTest {
  private static final Gpt2Config MODEL = new Gpt2Config(60, 16, 64, 1, 4, 256, 1e-5);
  private static final TaskShape SHAPE = new TaskShape(1, 3, 12, 2, 12);
  private static final BilevelConfig CONFIG =
      BilevelConfig.of(MODEL, 2, SHAPE).withInnerRates(InnerRates.log(0.1));

  static Stream<BilevelConfig> configs() {
    return Stream.of(
        CONFIG,
        CONFIG.withXla(XlaMode.WHOLE).withInnerSteps(1),
        CONFIG.withShapes(SHAPE.withTasks(2)),
        CONFIG.withInnerOptimizer(new Momentum()).withInnerMicroFacts(2),
        CONFIG.withAdaptation(Adaptation.lora(4, 8, "attn.c_attn")));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void numbers_inBfloat16_areNearThoseInFloat32(BilevelConfig config) {
    TaskBatch batch = batch(config.shapes().get(0));
    try (var exact = program(config);
        var rounded = program(config.withMatmulDtype(MatmulDtype.BFLOAT16))) {
      double loss = exact.evaluate(batch).outerLoss();
      assertThat(rounded.evaluate(batch).outerLoss() / loss).isNotEqualTo(1);
      assertThat(rounded.evaluate(batch).outerLoss() / loss).isCloseTo(1, within(1e-3));

      Map<String, double[]> want = exact.gradients(batch, 3);
      Map<String, double[]> got = rounded.gradients(batch, 3);
      assertThat(got.keySet()).isEqualTo(want.keySet());
      assertThat(distance(want, got, false)).as("gradients of weights").isLessThan(1e-2);
      assertThat(distance(want, got, true)).as("gradients of rates").isLessThan(5e-2);
    }
  }

  @Test
  void gradients_inBfloat16WithKeptProducts_areThoseWithRecomputedOnes() {
    BilevelConfig config = CONFIG.withMatmulDtype(MatmulDtype.BFLOAT16);
    TaskBatch batch = batch(SHAPE);
    try (var kept = program(config.withInnerProducts(InnerProducts.KEEP));
        var again = program(config.withInnerProducts(InnerProducts.RECOMPUTE))) {
      Map<String, double[]> want = again.gradients(batch, 3);
      Map<String, double[]> got = kept.gradients(batch, 3);

      assertThat(distance(want, got, false)).isLessThan(1e-3);
      assertThat(distance(want, got, true)).isLessThan(1e-3);
      assertThat(products(pullback(kept), DataType.DT_BFLOAT16))
          .isLessThan(products(pullback(again), DataType.DT_BFLOAT16));
    }
  }

  @Test
  void allProducts_butThoseOfAttention_areInBfloat16() {
    try (var program = program(CONFIG.withMatmulDtype(MatmulDtype.BFLOAT16))) {
      for (Segment segment : program.segments(SHAPE)) {
        long ofAttention =
            segment.nodes().stream()
                .filter(MatmulDtypeTest::isProduct)
                .filter(node -> node.outputs().get(0).numDimensions() == 5)
                .count();
        assertThat(products(segment, DataType.DT_FLOAT))
            .as(segment.functionName())
            .isEqualTo(ofAttention);
      }
      assertThat(products(pullback(program), DataType.DT_BFLOAT16)).isPositive();
    }
  }

  @Test
  void build_inFloat64_isRefused() {
    BilevelConfig config = CONFIG.withMatmulDtype(MatmulDtype.BFLOAT16);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> BilevelProgram.build(config, TFloat64.class))
        .withMessage(
            "dtype (TFloat64) of a program must be TFloat32 with matrix products in bfloat16");
  }

  private static boolean isProduct(SegmentNode node) {
    return node.type().equals("BatchMatMulV3");
  }

  private static Segment pullback(BilevelProgram<?> program) {
    return program.segments(SHAPE).stream()
        .filter(segment -> segment.functionName().startsWith("inner_step_pullback"))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the number of products of a segment with operands of a dtype. */
  private static long products(Segment segment, DataType type) {
    return segment.function().getNodeDefList().stream()
        .filter(node -> node.getOp().equals("BatchMatMulV3"))
        .filter(node -> has(node, "Ta", type) && has(node, "Tb", type))
        .count();
  }

  private static boolean has(NodeDef node, String attribute, DataType type) {
    return node.getAttrOrThrow(attribute).getType() == type;
  }

  private static BilevelProgram<TFloat32> program(BilevelConfig config) {
    BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class);
    Map<String, double[]> weights = Micro.weights(program.layout(), 3);
    weights.forEach(
        (name, values) -> {
          if (!name.contains("ln_")) {
            Arrays.setAll(values, i -> values[i] / 3); // a deviation of 0.1
          }
        });
    program.initialize(weights);
    return program;
  }

  private static TaskBatch batch(TaskShape shape) {
    Random random = new Random(8);
    List<Task> tasks =
        Stream.generate(
                () ->
                    Task.of(
                        sequences(random, shape.facts(), shape.factTokens()),
                        sequences(random, shape.questions(), shape.questionTokens())))
            .limit(shape.tasks())
            .toList();
    return TaskBatch.of(shape, MODEL, tasks);
  }

  private static List<TokenSequence> sequences(Random random, int count, int tokens) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> TokenSequence.of(random.ints(tokens, 0, MODEL.vocabSize()).toArray(), tokens / 2))
        .toList();
  }

  /** Returns the norm of the differences of gradients, relative to the norm of the gradients. */
  private static double distance(
      Map<String, double[]> want, Map<String, double[]> got, boolean ofRates) {
    double difference = 0;
    double sum = 0;
    for (String name : want.keySet()) {
      if (name.equals("rates") == ofRates) {
        double[] a = Objects.requireNonNull(want.get(name));
        double[] b = Objects.requireNonNull(got.get(name));
        for (int i = 0; i < a.length; i++) {
          difference += (a[i] - b[i]) * (a[i] - b[i]);
          sum += a[i] * a[i];
        }
      }
    }
    return Math.sqrt(difference / sum);
  }
}
