package org.reckoning.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ProcessMemory;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.graph.inspect.MatrixProductPeak;
import org.reckoning.graph.inspect.Stopwatch;
import org.reckoning.graph.program.UpdateResult;

/**
 * Makes training steps of one program whenever another process asks for one, as a child process of
 * {@link StepCommand}. So {@code integration-tests/peers} can alternate between programs.
 *
 * <p>It reads lines: {@code step} makes a step, {@code peak} measures the speed of matrix products
 * and counts the operations of those of a step. It answers as {@link ChildJvm#report} does; {@code
 * result done} ends each answer and the build.
 */
final class StepsOnDemandMain {
  private StepsOnDemandMain() {}

  /**
   * Serves steps until its input ends.
   *
   * @param args the words of {@link StepSettings} of one program
   */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      serve(StepSettings.row(List.of(args)));
    } catch (RuntimeException | IOException e) {
      ChildJvm.reportFailure(e);
    }
  }

  private static void serve(ProgramSettings settings) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    MatrixProductPeak peak = new MatrixProductPeak(settings.integer("peak_size"));
    try (BenchedProgram program = BenchedProgram.build(settings)) {
      program.initialize();
      done();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("peak")) {
          ChildJvm.report("peak", peak.measure(false));
          ChildJvm.report("flops", program.matrixFlops());
        } else {
          step(program);
        }
        done();
      }
    }
  }

  private static void step(BenchedProgram program) {
    Stopwatch watch = new Stopwatch();
    double cpu = ProcessCpu.seconds();
    UpdateResult result = program.step();
    ChildJvm.report("seconds", watch.lap());
    ChildJvm.report("cpu_seconds", ProcessCpu.seconds() - cpu);
    ProcessMemory.peakBytes().ifPresent(bytes -> ChildJvm.report("peak_bytes", bytes));
    ChildJvm.report("loss", result.outerLoss());
    ChildJvm.report("norm", result.gradientNorm());
    ChildJvm.report("rates_norm", result.ratesGradientNorm());
  }

  private static void done() {
    ChildJvm.report("done", "");
  }
}
