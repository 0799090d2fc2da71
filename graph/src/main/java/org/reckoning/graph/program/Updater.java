package org.reckoning.graph.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.exchange.GradientExchange;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.family.TNumber;

/** Runs outer updates of one pass, or of several passes with accumulated gradients. */
final class Updater<T extends TNumber> {
  private final ModelSession<T> model;
  private final OuterStep<T> outer;
  private final Function<TaskShape, Bucket<T>> buckets;
  private final @Nullable SharedPasses<T> shared;

  /**
   * @param exchange exchange with other processes; null if this process trains alone
   */
  Updater(
      ModelSession<T> model,
      OuterStep<T> outer,
      Function<TaskShape, Bucket<T>> buckets,
      @Nullable GradientExchange<T> exchange) {
    this.model = model;
    this.outer = outer;
    this.buckets = buckets;
    shared = exchange == null ? null : new SharedPasses<>(model, buckets, exchange);
  }

  /**
   * Makes an update, or stops between two passes.
   *
   * @param number number of the update, starting at 1
   * @return empty if the update was stopped; weights and state are then unchanged
   */
  Optional<UpdateResult> update(
      List<TaskBatch> passes,
      OuterRates learningRates,
      long number,
      long seed,
      BooleanSupplier givesUp) {
    if (shared == null && passes.size() == 1) {
      return Optional.of(
          updateOfOnePass(passes.get(0), learningRates, number, seed, Session.Runner::run));
    }
    return (shared == null
            ? accumulate(passes, seed, givesUp)
            : shared.accumulate(passes, seed, givesUp))
        .map(results -> apply(results, learningRates, number));
  }

  private Optional<List<PassResult>> accumulate(
      List<TaskBatch> passes, long seed, BooleanSupplier givesUp) {
    List<PassResult> results = new ArrayList<>();
    for (int i = 0; i < passes.size(); i++) {
      if (i > 0 && givesUp.getAsBoolean()) {
        return Optional.empty();
      }
      TaskBatch batch = passes.get(i);
      Bucket<T> bucket = buckets.apply(batch.shape());
      Bucket.Training<T> training = bucket.training();
      Session.Runner runner = model.runner();
      training.pass().scores().fetches().forEach(runner::fetch);
      (i == 0 ? training.accumulateFirst() : training.accumulateNext()).forEach(runner::addTarget);
      try (FedTensors<T> feeds = bucket.feeds(batch, seedOfPass(seed, i));
          Result fetched = feeds.into(runner).run()) {
        results.add(PassResult.of(batch, model.config(), fetched));
      }
    }
    return Optional.of(results);
  }

  private UpdateResult apply(List<PassResult> results, OuterRates learningRates, long number) {
    try (FedTensors<T> feeds = outer.feeds(learningRates, number);
        Result fetched = feeds.into(model.runner()).fetch(outer.normsOfAccumulated()).run()) {
      return updated(results, HostTensors.toDoubles(fetched.get(0)));
    }
  }

  /** Makes an update of one pass and returns the times of the nodes of the static graph. */
  StepStats trace(TaskBatch batch, OuterRates learningRates, long number, long seed) {
    if (shared != null) {
      throw new IllegalStateException("only a process that trains alone can trace an update");
    }
    RunOptions options =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    List<StepStats> traces = new ArrayList<>();
    updateOfOnePass(
        batch,
        learningRates,
        number,
        seed,
        runner -> {
          Result fetched = runner.setOptions(options).runAndFetchMetadata();
          fetched.getMetadata().ifPresent(trace -> traces.add(trace.getStepStats()));
          return fetched;
        });
    return traces.get(0);
  }

  /**
   * Makes an update of one pass. One run computes and applies the gradients.
   *
   * @param run function that runs the fetches
   */
  private UpdateResult updateOfOnePass(
      TaskBatch batch,
      OuterRates learningRates,
      long number,
      long seed,
      Function<Session.Runner, Result> run) {
    Bucket<T> bucket = buckets.apply(batch.shape());
    List<Operand<T>> fetches = bucket.training().fetches();
    Session.Runner runner = model.runner();
    fetches.forEach(runner::fetch);
    try (FedTensors<T> feeds = bucket.feeds(batch, seedOfPass(seed, 0));
        FedTensors<T> ofUpdate = outer.feeds(learningRates, number);
        Result fetched = run.apply(ofUpdate.into(feeds.into(runner)))) {
      PassResult result = PassResult.of(batch, model.config(), fetched);
      return updated(List.of(result), HostTensors.toDoubles(fetched.get(fetches.size() - 1)));
    }
  }

  /** Returns the seed of a pass of an update. */
  static long seedOfPass(long seed, int pass) {
    return RandomSeed.of(seed, "pass", pass);
  }

  private UpdateResult updated(List<PassResult> results, double[] squaredNorms) {
    double sumOfWeights = 0;
    double sumOfRates = 0;
    int i = 0;
    for (String name : outer.updated()) {
      boolean isRates = name.equals(MetaParameters.RATES);
      double square =
          NotFiniteException.require(
              "squared norm of the gradient of " + (isRates ? "the inner rates" : "'" + name + "'"),
              squaredNorms[i++]);
      sumOfRates += isRates ? square : 0;
      sumOfWeights += isRates ? 0 : square;
    }
    NotFiniteException.require("squared norm of the gradient of all variables", squaredNorms[i]);
    return new UpdateResult(results, Math.sqrt(sumOfWeights), Math.sqrt(sumOfRates));
  }
}
