package org.reckoning.graph.program;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.variables.Variables;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** The prefix that was read last. Variables hold its keys and values, one set for each length P. */
final class KeptPrefix<T extends TNumber> {
  private final ModelSession<T> model;
  private final BiFunction<Ops, TaskModel<T>, Weights<T>> weights;
  private final Map<Integer, Reading<T>> readings = new LinkedHashMap<>();
  private @Nullable TaskBatch last;

  /** Feeds of prefixes of P tokens, and the ops that keep their keys and values. */
  private record Reading<T extends TNumber>(Prefixes feeds, Variables<T> kept, List<Op> keep) {}

  /**
   * Creates a place for a prefix.
   *
   * @param weights emits the weights that read it
   */
  KeptPrefix(ModelSession<T> model, BiFunction<Ops, TaskModel<T>, Weights<T>> weights) {
    this.model = model;
    this.weights = weights;
  }

  /** Reads the prefix of a batch, in place of the former one. */
  void read(TaskBatch batch) {
    Reading<T> reading = readings.computeIfAbsent(batch.shape().prefixTokens(), this::reading);
    last = null;
    try (FedTensors<T> feeds = model.feeds().put(reading.feeds(), batch)) {
      Session.Runner runner = feeds.into(model.runner());
      reading.keep().forEach(runner::addTarget);
      runner.run().close();
    }
    last = batch;
  }

  private Reading<T> reading(int tokens) {
    TaskModel<T> tasks = model.model(new TaskShape(1, 1, 2, 1, 2, tokens));
    Ops tf = model.tf().withSubScope("prefix_" + tokens);
    Prefixes feeds =
        Prefixes.of(Prefixes.specs(tasks.shape()).placeholders(tf.withSubScope("feeds")));
    PrefixCache<T> cache =
        feeds.read(
            tf, tasks, Prefixes.reader(tasks), weights.apply(tf.withSubScope("weights"), tasks));
    Variables<T> kept =
        new Variables<>(tf, "prefix_" + tokens, Prefixes.cacheShapes(tasks), model.type());
    return new Reading<>(feeds, kept, kept.assignments(tf.withSubScope("keep"), cache.cache()));
  }

  /** Forgets the prefix, as the weights that read it have changed. */
  void forget() {
    last = null;
  }

  /**
   * Returns the keys and values of the kept prefix of P slots, for questions that continue its
   * first {@code lengths} tokens.
   */
  PrefixCache<T> of(int tokens, Operand<TInt32> lengths) {
    return new PrefixCache<>(Objects.requireNonNull(readings.get(tokens)).kept().reads(), lengths);
  }

  /**
   * Checks that the prefix of questions is the beginning of the one that was read.
   *
   * @throws IllegalStateException if no prefix of this shape was read
   * @throws IllegalArgumentException if it is another prefix
   */
  void require(TaskBatch questions) {
    int tokens = questions.shape().prefixTokens();
    if (tokens == 0) {
      return;
    }
    int length = questions.prefixLengths()[0];
    if (last == null || last.shape().prefixTokens() != tokens) {
      throw new IllegalStateException(
          "the prefix of the questions (%d tokens in %d slots) must be read before them"
              .formatted(length, tokens));
    }
    if (length > last.prefixLengths()[0]
        || !Arrays.equals(questions.prefixTokens(), 0, length, last.prefixTokens(), 0, length)) {
      throw new IllegalArgumentException(
          "the prefix of the questions (%d tokens) must be the beginning of the one that was read (%d tokens)"
              .formatted(length, last.prefixLengths()[0]));
    }
  }
}
