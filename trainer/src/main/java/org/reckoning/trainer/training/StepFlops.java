package org.reckoning.trainer.training;

import java.io.IOException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.TemporaryPath;
import org.reckoning.trainer.run.SplitLoader;

/** Counts the floating-point operations of training, to compare methods at equal cost. */
public final class StepFlops {
  private StepFlops() {}

  /**
   * Returns the floating-point operations of the matrix products of an update, a mean over the
   * batches of an epoch. It builds the program, and runs nothing.
   *
   * @throws IOException if the data or published weights cannot be read
   */
  public static double of(RunConfig config) throws IOException {
    SplitLoader loader = new SplitLoader(config.data(), config.seed(), line -> {});
    try (TemporaryPath directory = TemporaryPath.directory("reckoning-flops");
        TrainingRun run = TrainingRun.prepare(config, loader.load(), directory.path())) {
      return run.flops();
    }
  }
}
