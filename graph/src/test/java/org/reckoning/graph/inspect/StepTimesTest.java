package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;

class StepTimesTest {
  private static final double MICRO = 1e-6;

  @Test
  void measure_ofOneStep_splitsItIntoCallsAndTheRest() {
    ProgramSettings settings = ProgramSettings.parse(List.of("model=micro", "k=2", "xla=off"));
    try (BilevelProgram<TFloat32> program =
        BilevelProgram.build(settings.config(), TFloat32.class)) {
      program.initialize(1);
      double[] before = program.weight("wte.weight");

      StepTimes times =
          StepTimes.measure(program, batch(settings), new OuterRates(0, 0), /* steps= */ 1);

      assertThat(times.calls())
          .extracting(StepTimes.CallTime::call)
          .containsExactly(
              "inner_0", "inner_1", "outer", "pullback_1", "pullback_0", "apply", "apply");
      assertThat(times.calls())
          .extracting(StepTimes.CallTime::segment)
          .containsExactly(
              "inner_step",
              "inner_step",
              "outer",
              "inner_step_pullback",
              "inner_step_pullback",
              "gradient_norms",
              "apply");
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

  @Test
  void table_hasARowForEachSegmentAndTheRest() {
    ProgramSettings settings = ProgramSettings.parse(List.of("model=micro", "k=1", "xla=off"));
    try (BilevelProgram<TFloat32> program =
        BilevelProgram.build(settings.config(), TFloat32.class)) {
      program.initialize(1);
      StepTimes times = StepTimes.measure(program, batch(settings), new OuterRates(0, 0), 2);
      ProgramReport report = ProgramReport.of(program, settings.shape());

      // one after the other, even where medians add up to more than the median of the whole
      assertThat(MeasuredTable.times(report, times)).doesNotContain("side by side");
      assertThat(MeasuredTable.times(report, times).lines())
          .map(line -> line.replaceAll(" {2,}.*", ""))
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
      assertThat(MeasuredTable.times(report, times))
          .containsPattern("\n  inner_step +1 +[0-9.]+ +[0-9.]+ +[0-9.]+% +[0-9.]+\n")
          .containsPattern("\n  outside of calls +[0-9.]+ +[0-9.]+%\n")
          .containsPattern("\n  training step +[0-9.]+ +100\\.0%\n");
    }
  }

  @Test
  void table_ofAWholePass_countsTheSegmentsInIt() {
    ProgramSettings settings = ProgramSettings.parse(List.of("model=micro", "k=1", "xla=whole"));
    try (BilevelProgram<TFloat32> program =
        BilevelProgram.build(settings.config(), TFloat32.class)) {
      ProgramReport report = ProgramReport.of(program, settings.shape());
      StepTimes.CallTime pass =
          new StepTimes.CallTime(
              "train", "train_pass", report.segment("train_pass").function(), /* seconds= */ 1e-3);
      StepTimes times =
          new StepTimes(1, 1, 1, 1e-3, 0, false, List.of(pass), StepStats.getDefaultInstance());

      double gigaflops = report.trainingFlops().matrix() / 1e-3 / 1e9;
      assertThat(MeasuredTable.times(report, times))
          .containsPattern(
              "\n  train_pass +1 +1\\.00 +1\\.00 +100\\.0% +%.1f\n"
                  .replace("%.1f", String.format(Locale.ROOT, "%.1f", gigaflops)));
    }
  }

  static TaskBatch batch(ProgramSettings settings) {
    TaskShape shape = settings.shape();
    Task task =
        Task.of(
            sequences(shape.facts(), shape.factTokens()),
            sequences(shape.questions(), shape.questionTokens()));
    return TaskBatch.of(shape, settings.config().model(), List.of(task));
  }

  private static List<TokenSequence> sequences(int count, int tokens) {
    return IntStream.range(0, count)
        .mapToObj(i -> TokenSequence.of(IntStream.range(i, i + tokens).toArray(), 1))
        .toList();
  }
}
