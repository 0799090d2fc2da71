package org.reckoning.graph.program;

import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.Questions;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Tensors fed to one run. */
final class FedTensors<T extends TNumber> implements AutoCloseable {
  private final Class<T> type;
  private final Map<Operand<?>, Tensor> tensors = new LinkedHashMap<>();

  FedTensors(Class<T> type) {
    this.type = type;
  }

  /** Adds a whole batch and a seed of dropout. */
  FedTensors<T> put(TaskInputs<T> feeds, TaskBatch batch, long seed) {
    put(feeds.facts(), batch);
    put(feeds.relevant(), batch.factRelevant());
    put(feeds.questions(), batch);
    put(feeds.weights(), batch.taskWeights());
    if (feeds.prefixes() != null) {
      put(feeds.prefixes(), batch);
    }
    return put(feeds.requireSeed(), TInt64.scalarOf(seed));
  }

  /** Adds the facts of a batch, without their number. */
  FedTensors<T> put(Facts<T> feeds, TaskBatch batch) {
    return put(feeds.tokens(), batch.factTokens())
        .put(feeds.lengths(), batch.factLengths())
        .put(feeds.targets(), batch.factTargets());
  }

  /** Adds the questions of a batch. */
  FedTensors<T> put(Questions feeds, TaskBatch batch) {
    return put(feeds.tokens(), batch.questionTokens())
        .put(feeds.lengths(), batch.questionLengths())
        .put(feeds.spans(), batch.questionSpans());
  }

  /** Adds the prefixes of a batch. */
  FedTensors<T> put(Prefixes feeds, TaskBatch batch) {
    return put(feeds.tokens(), batch.prefixTokens()).put(feeds.lengths(), batch.prefixLengths());
  }

  FedTensors<T> put(Operand<TInt32> feed, int[] values) {
    return put(feed, HostTensors.of(feed.shape(), values));
  }

  FedTensors<T> put(Operand<TInt32> feed, int value) {
    return put(feed, TInt32.scalarOf(value));
  }

  FedTensors<T> put(Operand<T> feed, double... values) {
    return put(feed, HostTensors.of(type, feed.shape(), values));
  }

  private FedTensors<T> put(Operand<?> feed, Tensor value) {
    tensors.put(feed, value);
    return this;
  }

  Session.Runner into(Session.Runner runner) {
    tensors.forEach(runner::feed);
    return runner;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
