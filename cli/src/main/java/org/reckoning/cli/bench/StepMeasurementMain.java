package org.reckoning.cli.bench;

import java.util.List;
import java.util.Locale;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ProcessMemory;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.graph.inspect.MatrixProductPeak;
import org.reckoning.graph.inspect.Stopwatch;

/**
 * Measures training steps of one program, as a child process of {@link StepCommand}. The class
 * stays a main class, since each program needs a fresh process to measure its peak memory.
 */
final class StepMeasurementMain {
  private StepMeasurementMain() {}

  /**
   * Reports its results by {@link ChildJvm#report}.
   *
   * @param args the words of {@link StepSettings} of one row
   */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      measure(StepSettings.row(List.of(args)));
    } catch (RuntimeException e) {
      ChildJvm.reportFailure(e);
    }
  }

  private static void measure(ProgramSettings settings) {
    int steps = settings.integer("steps");
    Stopwatch watch = new Stopwatch();
    try (BenchedProgram program = BenchedProgram.build(settings)) {
      ChildJvm.report("build", progress("build", watch.lap()));
      program.initialize();
      progress("initial weights", watch.lap());
      program.step();
      ChildJvm.report("first_step", progress("first step", watch.lap()));
      Stopwatch stepWatch = new Stopwatch();
      double cpu = ProcessCpu.seconds();
      for (int i = 0; i < steps; i++) {
        program.step();
        progress("step", stepWatch.lap());
      }
      ChildJvm.report("cpu_seconds", (ProcessCpu.seconds() - cpu) / steps);
      ChildJvm.report("step", stepWatch.median());
      ChildJvm.report("shortest_step", stepWatch.min());
      ProcessMemory.peakBytes().ifPresent(bytes -> ChildJvm.report("peak_bytes", bytes));
      ChildJvm.report("flops", program.matrixFlops());
    }
    ChildJvm.report("peak", new MatrixProductPeak(settings.integer("peak_size")).measure(false));
  }

  private static double progress(String what, double seconds) {
    System.err.println(String.format(Locale.ROOT, "  %s %.2f s", what, seconds));
    return seconds;
  }
}
