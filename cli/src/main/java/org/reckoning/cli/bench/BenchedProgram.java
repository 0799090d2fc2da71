package org.reckoning.cli.bench;

import java.util.List;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.cli.program.RandomTasks;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.UpdateResult;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.tensorflow.types.TFloat32;

/** A program and a batch of random tokens, for timing. */
final class BenchedProgram implements AutoCloseable {
  private static final long SEED = 3;
  private static final OuterRates OUTER_RATES = new OuterRates(1e-5, 1e-3);

  private final BilevelProgram<TFloat32> program;
  private final TaskShape shape;
  private final TaskBatch batch;

  private BenchedProgram(BilevelProgram<TFloat32> program, TaskShape shape, TaskBatch batch) {
    this.program = program;
    this.shape = shape;
    this.batch = batch;
  }

  /** Builds the static graph. Nothing is compiled, and the weights have no values yet. */
  static BenchedProgram build(ProgramSettings settings) {
    BilevelConfig config = settings.config().withInnerRates(RandomTasks.INNER_RATES);
    TaskShape shape = settings.shape();
    return new BenchedProgram(
        BilevelProgram.build(config, TFloat32.class),
        shape,
        RandomTasks.batch(shape, config.model(), SEED));
  }

  /** Makes random initial weights. */
  void initialize() {
    program.initialize(SEED);
  }

  /** Makes one training step: one pass over the tasks, and one update. */
  UpdateResult step() {
    return program.train(List.of(batch), OUTER_RATES, SEED);
  }

  /** Returns the floating-point operations of the matrix products of a step. */
  double matrixFlops() {
    return ProgramReport.of(program, shape).trainingFlops().matrix();
  }

  @Override
  public void close() {
    program.close();
  }
}
