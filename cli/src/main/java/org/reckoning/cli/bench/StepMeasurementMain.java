package org.reckoning.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ProcessMemory;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.cli.program.RandomTasks;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.tensorflow.types.TFloat32;

/**
 * Measures training steps of one program, as a child process of {@link StepCommand}. The class
 * stays a main class, since each program needs a fresh process to measure its peak memory.
 */
final class StepMeasurementMain {
  private static final long SEED = 3;
  private static final OuterRates OUTER_RATES = new OuterRates(1e-5, 1e-3);

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
    BilevelConfig config = settings.config().withInnerRates(RandomTasks.INNER_RATES);
    TaskShape shape = settings.shape();
    int steps = settings.integer("steps");
    TaskBatch batch = RandomTasks.batch(shape, config.model(), SEED);
    Stopwatch watch = new Stopwatch();
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      ChildJvm.report("build", progress("build", watch.lap()));
      program.initialize(SEED);
      progress("initial weights", watch.lap());
      program.train(List.of(batch), OUTER_RATES, SEED);
      ChildJvm.report("first_step", progress("first step", watch.lap()));
      Stopwatch stepWatch = new Stopwatch();
      double cpu = cpuSeconds();
      for (int i = 0; i < steps; i++) {
        program.train(List.of(batch), OUTER_RATES, SEED);
        progress("step", stepWatch.lap());
      }
      ChildJvm.report("cpu_seconds", (cpuSeconds() - cpu) / steps);
      ChildJvm.report("step", stepWatch.median());
      ChildJvm.report("shortest_step", stepWatch.min());
      ProcessMemory.peakBytes().ifPresent(bytes -> ChildJvm.report("peak_bytes", bytes));
      ChildJvm.report("flops", ProgramReport.of(program, shape).trainingFlops().matrix());
    }
    ChildJvm.report("peak", new MatrixProductPeak(settings.integer("peak_size")).measure(false));
  }

  private static double progress(String what, double seconds) {
    System.err.println(String.format(Locale.ROOT, "  %s %.2f s", what, seconds));
    return seconds;
  }

  private static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }
}
