package org.reckoning.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.SegmentReport;
import org.reckoning.graph.inspect.StepTimes;
import org.reckoning.graph.inspect.StepTimes.CallTime;
import org.reckoning.graph.inspect.XlaMemory;
import org.reckoning.graph.program.BilevelProgram;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;

/** Tables of hand-made times, so that every number is known. */
class MeasuredTableTest {
  private static void report(String words, Consumer<ProgramReport> check) {
    ProgramSettings settings = ProgramSettings.parse(List.of(words.split(" ", -1)));
    try (BilevelProgram<TFloat32> program =
        BilevelProgram.build(settings.config(), TFloat32.class)) {
      ProgramReport report = ProgramReport.of(program, settings.shape());
      check.accept(report);
    }
  }

  private static StepTimes times(boolean parallel, CallTime... calls) {
    double inCalls = List.of(calls).stream().mapToDouble(CallTime::seconds).sum();
    return new StepTimes(
        /* steps= */ 3,
        /* firstSeconds= */ 2.5,
        /* plainSeconds= */ 0.009,
        /* tracedSeconds= */ inCalls + 0.002,
        /* outsideSeconds= */ 0.002,
        parallel,
        List.of(calls),
        StepStats.getDefaultInstance());
  }

  private static CallTime call(ProgramReport report, String call, String segment, double seconds) {
    return new CallTime(call, segment, report.segment(segment).function(), seconds);
  }

  @Test
  void times_haveARowForEachSegmentAndTheRest() {
    report(
        "model=micro k=2 xla=off",
        report -> {
          StepTimes times =
              times(
                  false,
                  call(report, "inner_0", "inner_step", 0.001),
                  call(report, "inner_1", "inner_step", 0.003),
                  call(report, "outer", "outer", 0.004));
          // 2 calls of 3,907,584 operations, see ProgramReportTest, in 4 ms
          assertThat(MeasuredTable.times(report, times))
              .contains("time of a training step: medians of 3 traced steps")
              .containsPattern("\n  inner_step +2 +2\\.00 +4\\.00 +40\\.0% +2\\.0\n")
              .containsPattern("\n  outer +1 +4\\.00 +4\\.00 +40\\.0% +[0-9.]+\n")
              .containsPattern("\n  outside of calls +2\\.00 +20\\.0%\n")
              .containsPattern("\n  training step +10\\.00 +100\\.0%\n")
              .contains(
                  "first step, with compilation: 2.5 s; a whole step without tracing: 9.00 ms")
              .doesNotContain("parallel");
          assertThat(MeasuredTable.times(report, times).lines())
              .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        });
  }

  @Test
  void times_ofParallelCalls_saySo() {
    report(
        "model=micro k=1 xla=off",
        report ->
            assertThat(
                    MeasuredTable.times(report, times(true, call(report, "outer", "outer", 0.001))))
                .contains("parallel calls are counted separately"));
  }

  @Test
  void times_ofAWholePass_countTheSegmentsInIt() {
    report(
        "model=micro k=1 xla=whole products=recompute",
        report -> {
          StepTimes times = times(false, call(report, "train", "train_pass", 0.001));
          // an inner step 3 * F, its pullback 9 * F, the outer segment 3 * Q + F, see
          // ProgramReportTest: F = 1,302,528 and Q = 325,632 operations in 1 ms
          assertThat(MeasuredTable.times(report, times))
              .containsPattern("\n  train_pass +1 +1\\.00 +1\\.00 +33\\.3% +17\\.9\n");
        });
  }

  @Test
  void memory_hasARowForEachSegment() {
    report(
        "model=micro k=1 xla=segments",
        report -> {
          SegmentReport outer = report.segment("outer");
          XlaMemory memory = new XlaMemory(outer.function(), 5220, 96, 4112, 1004, 8);

          assertThat(MeasuredTable.memory(report, List.of(memory)))
              .containsPattern("\n  outer +5\\.220 kB +96 B +4\\.112 kB +1\\.004 kB +8 B\n")
              .containsPattern("\n  inner_step +none\n");
          assertThat(MeasuredTable.memory(report, List.of()))
              .isEqualTo("\nXLA wrote no memory report\n");
        });
  }
}
