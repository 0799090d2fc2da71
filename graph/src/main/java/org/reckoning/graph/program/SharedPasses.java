package org.reckoning.graph.program;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.exchange.GradientExchange;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.family.TNumber;

/**
 * Runs the passes of an update in rounds, one pass a process: of N processes, pass i belongs to
 * rank i mod N. After each round all have the results of its passes.
 */
final class SharedPasses<T extends TNumber> {
  private final ModelSession<T> model;
  private final Function<TaskShape, Bucket<T>> buckets;
  private final GradientExchange<T> exchange;
  private final Peers peers;

  SharedPasses(
      ModelSession<T> model, Function<TaskShape, Bucket<T>> buckets, GradientExchange<T> exchange) {
    this.model = model;
    this.buckets = buckets;
    this.exchange = exchange;
    peers = exchange.peers();
  }

  /**
   * Sets the accumulated gradients of every process to the sum over the passes.
   *
   * @return results of the passes; empty if a process gave up
   */
  Optional<List<PassResult>> accumulate(
      List<TaskBatch> passes, long seed, BooleanSupplier givesUp) {
    requireRunnable(passes);
    List<PassResult> results = new ArrayList<>();
    try (GradientExchange<T>.Sum sum = exchange.start()) {
      for (int first = 0; first < passes.size(); first += peers.size()) {
        int end = Math.min(first + peers.size(), passes.size());
        int own = first + peers.rank();
        try (Result fetched =
            own < end ? run(passes.get(own), Updater.seedOfPass(seed, own)) : null) {
          boolean stops = end < passes.size() && givesUp.getAsBoolean();
          if (gather(passes.subList(first, end), fetched, stops, results)) {
            return Optional.empty();
          }
          sum.add(fetched == null ? List.of() : gradients(fetched), end - first);
        }
      }
      sum.assign();
    }
    return Optional.of(results);
  }

  /** Fails in all processes, before the first of them waits for others. */
  private void requireRunnable(List<TaskBatch> passes) {
    if (passes.size() < peers.size()) {
      throw new IllegalArgumentException(
          "passes of an update (%d) must be at least as many as processes (%d); start fewer processes or accumulate more passes"
              .formatted(passes.size(), peers.size()));
    }
    passes.forEach(pass -> buckets.apply(pass.shape()).training());
  }

  /** Returns the scores and then the gradients of a pass. */
  private Result run(TaskBatch batch, long seed) {
    Bucket<T> bucket = buckets.apply(batch.shape());
    Bucket.Training<T> training = bucket.training();
    Session.Runner runner = model.runner();
    training.pass().scores().fetches().forEach(runner::fetch);
    for (String name : exchange.names()) {
      Operand<T> gradient = Objects.requireNonNull(training.gradients().get(name), name);
      runner.fetch(gradient);
    }
    try (FedTensors<T> feeds = bucket.feeds(batch, seed)) {
      return feeds.into(runner).run();
    }
  }

  private List<Tensor> gradients(Result fetched) {
    int end = fetched.size();
    return IntStream.range(end - exchange.names().size(), end).mapToObj(fetched::get).toList();
  }

  /**
   * Adds the results of a round to those of the rounds before.
   *
   * @param fetched this process's pass; null if there was none for it
   * @return whether a process gives up
   * @throws NotFiniteException if a loss is not finite, about the first such pass
   */
  private boolean gather(
      List<TaskBatch> round, @Nullable Result fetched, boolean stops, List<PassResult> results) {
    int numbers = 1;
    for (TaskBatch batch : round) {
      numbers = Math.max(numbers, 1 + PassResult.count(batch.shape(), model.config()));
    }
    int block = numbers * Double.BYTES;
    ByteBuffer sent = ByteBuffer.allocateDirect(block);
    DoubleBuffer message = sent.asDoubleBuffer().put(stops ? 1 : 0);
    if (fetched != null) {
      message.put(PassResult.numbers(fetched));
    }
    ByteBuffer received = ByteBuffer.allocateDirect(peers.size() * block);
    peers.gather(sent, received);
    boolean anyStops = false;
    for (int rank = 0; rank < peers.size(); rank++) {
      DoubleBuffer from = received.slice(rank * block, block).asDoubleBuffer();
      anyStops |= from.get() != 0;
      if (rank < round.size()) {
        results.add(PassResult.of(round.get(rank), model.config(), from));
      }
    }
    return anyStops;
  }
}
