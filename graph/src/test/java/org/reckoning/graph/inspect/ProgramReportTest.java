package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.inspect.MemoryReport.Boundary;
import org.reckoning.graph.inspect.ParameterReport.TensorCount;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Programs of the micro model: V = 64, P = 32, C = 16, I = 64, one layer, one head. Its 16 tensors
 * hold
 *
 * <pre>{@code
 * wte 64*16 + wpe 32*16 + ln_1, ln_2, ln_f 3*2*16 + c_attn 16*48 + 48 + c_proj 16*16 + 16
 *   + c_fc 16*64 + 64 + c_proj 64*16 + 16 = 4848 numbers
 * }</pre>
 *
 * and one forward pass over M tokens in sequences of T, M' = M (T-1)/T of them scored, takes
 *
 * <pre>{@code
 * 2 M (C 3C + C C + C I + I C) + 2 * 2 M T C + 2 M' C V
 * facts     M = 4*32, M' = 4*31    786432 + 262144 + 253952 = 1302528
 * question  M = 32,   M' = 31      196608 +  65536 +  63488 =  325632
 * }</pre>
 */
class ProgramReportTest {
  private static final long NUMBERS = 4848;
  private static final long COPY = 4 * NUMBERS;
  private static final int TENSORS = 16;
  private static final long FACTS = 1_302_528;
  private static final long QUESTION = 325_632;

  /** Bytes of one inner loss of one task, kept for the results. */
  private static final long LOSS = 4;

  /** Bytes of the inner rates of one step. */
  private static final long RATES = 4 * TENSORS;

  @Test
  void flops_matrixProducts_matchTheFormula() {
    ProgramReport report = report(MicroConfig.of(2));

    assertThat(report.segment("inner_step").flops().matrix()).isEqualTo(3 * FACTS);
    assertThat(report.segment("inner_step_pullback").flops().matrix()).isEqualTo(9 * FACTS);
    // The loss of the facts after the last step is reported, too.
    assertThat(report.segment("outer").flops().matrix()).isEqualTo(3 * QUESTION + FACTS);
    assertThat(report.segment("evaluate").flops().matrix()).isEqualTo(QUESTION + FACTS);
    assertThat(report.segment("apply_weights").flops().matrix()).isZero();
    assertThat(report.trainingFlops().matrix())
        .isEqualTo(2 * 3 * FACTS + 2 * 9 * FACTS + 3 * QUESTION + FACTS);
  }

  @Test
  void flops_scaleWithTheTasks() {
    ProgramReport one = report(MicroConfig.of(1));
    ProgramReport three = report(MicroConfig.of(1, 3));

    assertThat(three.trainingFlops().matrix()).isEqualTo(3 * one.trainingFlops().matrix());
    // The sum of the gradients over the tasks is all that the graph computes besides.
    assertThat(three.graph().flops().other() - one.graph().flops().other()).isEqualTo(3 * NUMBERS);
  }

  @Test
  void calls_followTheGradientMode() {
    ProgramReport report = report(MicroConfig.of(3).withGradientMode(GradientMode.truncated(1)));

    Map<String, List<Integer>> calls =
        report.segments().stream()
            .collect(
                Collectors.toMap(
                    SegmentReport::name, s -> List.of(s.trainingCalls(), s.evaluationCalls())));
    assertThat(calls)
        .isEqualTo(
            Map.of(
                "inner_step", List.of(3, 3),
                "outer", List.of(1, 0),
                "inner_step_pullback", List.of(1, 0),
                "inner_step_pullback_first_order", List.of(2, 0),
                "gradient_norms", List.of(1, 0),
                "apply_moments", List.of(1, 0),
                "apply_weights", List.of(1, 0),
                "evaluate", List.of(0, 1)));
    assertThat(report.segment("inner_step_pullback_first_order").flops().matrix()).isZero();
  }

  @Test
  void segments_doNotDependOnTheNumberOfSteps() {
    ProgramReport two = report(MicroConfig.of(2));
    ProgramReport five = report(MicroConfig.of(5));

    for (String name : List.of("inner_step", "outer", "inner_step_pullback", "evaluate")) {
      assertThat(five.segment(name).function()).isEqualTo(two.segment(name).function());
    }
    for (SegmentReport segment : two.segments()) {
      assertThat(five.segment(segment.name()).nodesByType()).isEqualTo(segment.nodesByType());
      assertThat(segment.nodesByType().values().stream().mapToInt(n -> n).sum())
          .isEqualTo(segment.nodes());
    }
  }

  @Test
  void argumentsAndResults_areCountedInBytes() {
    ProgramReport report = report(MicroConfig.of(2));
    // tokens and targets [4, 32], lengths [4]; rates [16]; no step and no seed: SGD, no dropout
    long facts = 2 * 4 * 32 * 4 + 4 * 4;

    assertThat(report.segment("inner_step").argumentBytes()).isEqualTo(COPY + facts + RATES);
    assertThat(report.segment("inner_step").resultBytes()).isEqualTo(COPY + LOSS);
    // theta and its cotangent in, the cotangent and d_rates out
    assertThat(report.segment("inner_step_pullback").argumentBytes())
        .isEqualTo(2 * COPY + facts + RATES);
    assertThat(report.segment("inner_step_pullback").resultBytes()).isEqualTo(COPY + RATES);
  }

  @Test
  void parameters_areCounted() {
    ParameterReport mlp =
        report(MicroConfig.of(3).withAdaptation(Adaptation.matching("h.*.mlp.*"))).parameters();

    assertThat(mlp.total()).isEqualTo(new TensorCount(TENSORS, NUMBERS, COPY));
    assertThat(mlp.trained()).isEqualTo(mlp.total());
    assertThat(mlp.adapted()).isEqualTo(new TensorCount(4, 2128, 4 * 2128)); // 2*16*64 + 64 + 16
    assertThat(mlp.constant()).isEqualTo(new TensorCount(0, 0, 0));
    assertThat(mlp.innerRates()).isEqualTo(new TensorCount(1, 4 * 3, 4 * 4 * 3));
  }

  @Test
  void parameters_trainedByNeitherLoop_areConstant() {
    BilevelConfig config =
        MicroConfig.of(1).withAdaptation(Adaptation.matching("ln_f.*")).withTrained("wpe.weight");
    try (var program = BilevelProgram.build(config, TFloat64.class)) {
      ParameterReport parameters =
          ProgramReport.of(program, MicroConfig.shape(config)).parameters();

      assertThat(parameters.adapted()).isEqualTo(new TensorCount(2, 32, 8 * 32));
      assertThat(parameters.trained()).isEqualTo(new TensorCount(1, 512, 8 * 512));
      assertThat(parameters.constant().elements()).isEqualTo(NUMBERS - 32 - 512);
    }
  }

  @Test
  void resident_isOneCopyForEachGroupOfVariables() {
    long trained = COPY + 2 * RATES; // weights and K = 2 rows of rates

    assertThat(report(MicroConfig.of(2)).memory().resident())
        .isEqualTo(
            Map.of(
                "weights", COPY,
                "inner_rates", 2 * RATES,
                "adam_m", trained,
                "adam_v", trained,
                "accumulated", trained));
  }

  @Test
  void boundaries_areBetweenAllCallsOfATrainingStep() {
    assertThat(report(MicroConfig.of(2)).memory().boundaries())
        .extracting(boundary -> boundary.after() + " -> " + boundary.before())
        .containsExactly(
            "inner_0 -> inner_1",
            "inner_1 -> outer",
            "outer -> pullback_1",
            "pullback_1 -> pullback_0",
            "pullback_0 -> apply",
            "apply -> apply");
    assertThat(report(MicroConfig.of(0)).memory().boundaries())
        .extracting(Boundary::after)
        .containsExactly("outer", "apply");
  }

  @Test
  void peak_ofSgd_isOneCopyAStep() {
    // Feeds: tokens and targets of facts [4, 32], tokens and spans of the question [32], lengths
    // [4] and [1], weight of the task, two outer rates, number of the update.
    long feeds = 4 * (2 * 128 + 2 * 32 + 4 + 1 + 1 + 2 + 1);
    // The rates as one tensor, for their gradient, and as one tensor a step.
    long rates = 2 * 3 * RATES;

    Boundary peak = report(MicroConfig.of(3)).memory().peak().orElseThrow();

    assertThat(peak).isEqualTo(new Boundary("inner_2", "outer", 3 * (COPY + LOSS) + feeds + rates));
  }

  static Stream<Arguments> addedCopies() {
    return Stream.of(
        // theta_k+1
        Arguments.of(new Sgd(), GradientMode.exact(), 1, 1, 4),
        // g_k: theta_k+1 takes the place of theta_k, and the rates of the step are not needed again
        Arguments.of(new Sgd(), GradientMode.firstOrder(), 1, 1, -60),
        // g_k; theta_k+1 and the buffer take the place of those before
        Arguments.of(new Momentum(), GradientMode.exact(), 1, 0, -60),
        // g_k; theta_k+1 and both moments take the place of those before
        Arguments.of(new AdamW(), GradientMode.exact(), 1, -1, -60));
  }

  /**
   * What each further inner step keeps, in bytes: copies of the adapted weights, and what is small.
   * The outer loss reads no optimizer state, so that of the last step is gone.
   */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("addedCopies")
  void innerStep_addsItsStateOnce(
      InnerOptimizer optimizer, GradientMode mode, long copies, long lastCopies, long small) {
    BilevelConfig config = MicroConfig.of(4).withInnerOptimizer(optimizer).withGradientMode(mode);
    List<Long> added = report(config).memory().addedByInnerSteps();

    assertThat(added)
        .containsExactly(copies * COPY + small, copies * COPY + small, lastCopies * COPY + small);
  }

  @Test
  void innerStep_ofThreeTasks_addsThreeCopies() {
    // Besides: the copies of theta_0, which one task reads from the variables themselves.
    MemoryReport memory = report(MicroConfig.of(3, 3)).memory();

    assertThat(memory.addedByInnerSteps()).containsExactly(3 * (COPY + LOSS), 3 * (COPY + LOSS));
    assertThat(memory.boundaries().get(0).bytes()).isBetween(6 * COPY, 6 * COPY + 6_000);
  }

  @Test
  void peak_growsByOneCopyAndItsRates_withTheNumberOfSteps() {
    long four = report(MicroConfig.of(4)).memory().peak().orElseThrow().bytes();
    long five = report(MicroConfig.of(5)).memory().peak().orElseThrow().bytes();

    assertThat(five - four).isEqualTo(COPY + LOSS + 2 * RATES);
  }

  @Test
  void wholePass_isOneCallWithCallees() {
    ProgramReport whole = report(MicroConfig.of(2).withXla(XlaMode.WHOLE));
    ProgramReport segments = report(MicroConfig.of(2));

    assertThat(whole.segment("train_pass").trainingCalls()).isEqualTo(1);
    assertThat(whole.segment("evaluation_pass").evaluationCalls()).isEqualTo(1);
    assertThat(whole.segment("inner_step")).isEqualTo(segments.segment("inner_step"));
    assertThat(whole.segment("inner_step_pullback").trainingCalls()).isEqualTo(2);
    assertThat(whole.trainingFlops().matrix()).isEqualTo(segments.trainingFlops().matrix());
    assertThat(whole.memory().boundaries())
        .extracting(Boundary::before)
        .containsExactly("apply", "apply");
    assertThat(whole.memory().boundaries())
        .allSatisfy(boundary -> assertThat(boundary.bytes()).isBetween(COPY, COPY + 1_000));
    assertThat(whole.memory().addedByInnerSteps()).isEmpty();
  }

  @Test
  void report_isOfOneBucket() {
    TaskShape small = new TaskShape(1, 2, 8, 1, 8);
    TaskShape large = new TaskShape(1, 4, 32, 1, 32);
    BilevelConfig config = MicroConfig.of(2).withShapes(small, large);
    try (var program = BilevelProgram.build(config, TFloat32.class)) {
      assertThat(ProgramReport.of(program, large).trainingFlops().matrix())
          .isEqualTo(report(MicroConfig.of(2)).trainingFlops().matrix());
      assertThat(ProgramReport.of(program, small).memory().boundaries()).hasSize(6);
      assertThatThrownBy(() -> ProgramReport.of(program, large.withTasks(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be one of those of the program");
    }
  }

  @Test
  void segment_unknown_namesTheKnown() {
    ProgramReport report = report(MicroConfig.of(0));

    assertThatThrownBy(() -> report.segment("inner"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no segment 'inner'; known: [outer, gradient_norms, apply_moments, apply_weights, evaluate]");
  }

  private static ProgramReport report(BilevelConfig config) {
    try (var program = BilevelProgram.build(config, TFloat32.class)) {
      return ProgramReport.of(program, MicroConfig.shape(config));
    }
  }
}
