package org.reckoning.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.reckoning.graph.bilevel.BilevelConfig;
import org.reckoning.graph.bilevel.BilevelProgram;
import org.reckoning.graph.bilevel.InnerRates;
import org.reckoning.graph.bilevel.OuterRates;
import org.reckoning.graph.bilevel.TaskBatch;
import org.reckoning.graph.bilevel.TaskShape;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.ProgramSettings;
import org.tensorflow.types.TFloat32;

/** Measures training steps of one program, for {@link BenchmarkMain}. */
final class RowMain {
  private static final long SEED = 3;

  /** Small, so that random weights stay finite whatever the inner optimizer. */
  private static final InnerRates INNER_RATES = InnerRates.log(1e-3);

  private static final OuterRates OUTER_RATES = new OuterRates(1e-5, 1e-3);

  private RowMain() {}

  /**
   * Says what it finds by {@link ChildJvm#say}.
   *
   * @param args words of {@link BenchmarkSettings}
   */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      measure(BenchmarkSettings.row(List.of(args)));
    } catch (RuntimeException e) {
      ChildJvm.fail(e);
    }
  }

  private static void measure(ProgramSettings settings) {
    BilevelConfig config = settings.config().withInnerRates(INNER_RATES);
    TaskShape shape = settings.shape();
    int steps = settings.integer("steps");
    TaskBatch batch = RandomTasks.batch(shape, config.model(), SEED);
    Stopwatch watch = new Stopwatch();
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      ChildJvm.say("build", progress("build", watch.lap()));
      program.initialize(SEED);
      progress("initial weights", watch.lap());
      program.train(List.of(batch), OUTER_RATES, SEED);
      ChildJvm.say("first_step", progress("first step", watch.lap()));
      Stopwatch stepWatch = new Stopwatch();
      double cpu = cpuSeconds();
      for (int i = 0; i < steps; i++) {
        program.train(List.of(batch), OUTER_RATES, SEED);
        progress("step", stepWatch.lap());
      }
      ChildJvm.say("cpu_seconds", (cpuSeconds() - cpu) / steps);
      ChildJvm.say("step", stepWatch.median());
      ChildJvm.say("shortest_step", stepWatch.min());
      ProcessMemory.peakBytes().ifPresent(bytes -> ChildJvm.say("peak_bytes", bytes));
      ChildJvm.say("flops", ProgramReport.of(program, shape).trainingFlops().matrix());
    }
    ChildJvm.say("peak", new MatrixProductPeak(settings.integer("peak_size")).measure(false));
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
