package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.tensorflow.types.TFloat32;

class StepTimesTest {
  private static final double MICRO = 1e-6;

  @Test
  void measure_ofOneStep_splitsItIntoCallsAndTheRest() {
    BilevelConfig config = MicroConfig.of(2);
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(1);
      double[] before = program.weight("wte.weight");

      StepTimes times =
          StepTimes.measure(program, batch(config), new OuterRates(0, 0), /* steps= */ 1);

      assertThat(times.calls())
          .extracting(StepTimes.CallTime::call)
          .containsExactly(
              "inner_0", "inner_1", "outer", "pullback_1", "pullback_0", "apply", "apply", "apply");
      assertThat(times.calls())
          .extracting(StepTimes.CallTime::segment)
          .containsExactly(
              "inner_step",
              "inner_step",
              "outer",
              "inner_step_pullback",
              "inner_step_pullback",
              "gradient_norms",
              "apply_moments",
              "apply_weights");
      assertThat(times.calls()).allSatisfy(call -> assertThat(call.seconds()).isPositive());
      // one call runs after the other, so that nothing is counted twice
      double inCalls = times.calls().stream().mapToDouble(StepTimes.CallTime::seconds).sum();
      assertThat(inCalls + times.outsideSeconds()).isCloseTo(times.tracedSeconds(), within(MICRO));
      assertThat(times.outsideSeconds()).isPositive();
      assertThat(times.sideBySide()).isFalse();
      assertThat(times.plainSeconds()).isPositive();
      assertThat(program.weight("wte.weight")).isEqualTo(before);
      assertThat(program.updates()).isEqualTo(3); // to compile, with a trace, without
    }
  }

  static TaskBatch batch(BilevelConfig config) {
    TaskShape shape = MicroConfig.shape(config);
    Task task =
        Task.of(
            sequences(shape.facts(), shape.factTokens()),
            sequences(shape.questions(), shape.questionTokens()));
    return TaskBatch.of(shape, config.model(), List.of(task));
  }

  private static List<TokenSequence> sequences(int count, int tokens) {
    return IntStream.range(0, count)
        .mapToObj(i -> TokenSequence.of(IntStream.range(i, i + tokens).toArray(), 1))
        .toList();
  }
}
