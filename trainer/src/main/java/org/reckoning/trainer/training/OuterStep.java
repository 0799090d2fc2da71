package org.reckoning.trainer.training;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.PassResult;
import org.reckoning.graph.program.UpdateResult;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.StepReport;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.tokens.Batches;
import org.reckoning.trainer.tokens.Batches.Batch;

/**
 * Makes an outer step: draws batches, one for each pass, computes their gradients, and updates the
 * weights once.
 */
final class OuterStep {
  private final RunConfig config;
  private final RunData data;
  private final Batches batches;
  private final BilevelProgram<?> program;
  private final OuterSchedule schedule;
  private final Set<Object> compiled = new HashSet<>();

  OuterStep(RunConfig config, RunData data, Batches batches, BilevelProgram<?> program) {
    this.config = config;
    this.data = data;
    this.batches = batches;
    this.program = program;
    this.schedule =
        new OuterSchedule(config.schedule(), data.steps(config), config.warmupProportion());
  }

  /**
   * Makes the next step.
   *
   * @return false if it was not made because a stop was requested
   */
  boolean make(RunState state, TrainingListener listener, StopRequest stop) throws IOException {
    List<Batch> drawn = new ArrayList<>();
    for (int i = 0; i < config.gradientAccumulationSteps(); i++) {
      drawn.add(batches.next());
    }
    int tasks = drawn.stream().mapToInt(batch -> batch.tasks().size()).sum();
    List<TaskBatch> passes = drawn.stream().map(batch -> data.pass(batch, tasks)).toList();
    long step = state.now().step() + 1;
    double factor = schedule.factor(step);
    OuterRates rates =
        new OuterRates(config.learningRate() * factor, config.ratesLearningRate() * factor);

    boolean compiles = hasNewShape(drawn) && config.xla().compiles();
    if (compiles) {
      if (!state.saveBeforeCompiling(listener, stop)) {
        return false;
      }
      listener.compiling("the training step");
    }
    long start = System.nanoTime();
    long seed = RandomSeed.of(config.seed(), "update", step);
    // the program shares the request
    Optional<UpdateResult> made = program.train(passes, rates, seed, stop::requestedHere);
    double seconds = Seconds.since(start);
    if (made.isEmpty()) {
      batches.seek(state.now().position()); // the run makes this step when it resumes
      return false;
    }
    stop.hold();
    if (compiles) {
      listener.compiled("the training step", seconds);
    }
    state.set(state.now().stepped(batches.position(), seconds));
    listener.stepped(report(step, made.get(), passes, rates, seconds, tasks));
    return true;
  }

  private boolean hasNewShape(List<Batch> drawn) {
    boolean found = false;
    for (Batch batch : drawn) {
      found |= compiled.add(batch.shape());
    }
    return found;
  }

  private StepReport report(
      long step,
      UpdateResult result,
      List<TaskBatch> passes,
      OuterRates rates,
      double seconds,
      int tasks) {
    boolean learnsRates = config.innerSteps() > 0 && config.innerRates().learned();
    return new StepReport(
        step,
        data.steps(config),
        result.outerLoss(),
        innerLosses(result, passes, tasks),
        result.tokenAccuracy(),
        result.gradientNorm(),
        learnsRates ? result.ratesGradientNorm() : Double.NaN,
        rates.weights(),
        seconds,
        passes.stream().mapToLong(TaskBatch::tokens).sum(),
        tasks);
  }

  /** Returns the means over the tasks of all passes [K+1]; empty without inner steps. */
  private List<Double> innerLosses(UpdateResult result, List<TaskBatch> passes, int tasks) {
    int k = config.innerSteps();
    Double[] losses = new Double[k == 0 ? 0 : k + 1];
    Arrays.fill(losses, 0.0);
    for (int i = 0; i < passes.size(); i++) {
      PassResult pass = result.passes().get(i);
      double share = (double) passes.get(i).tasks() / tasks;
      for (int step = 0; step < losses.length; step++) {
        losses[step] += share * pass.innerLoss(step);
      }
    }
    return List.of(losses);
  }
}
