package org.reckoning.graph.bilevel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Tensors that are fed to one run. */
final class FedTensors<T extends TNumber> implements AutoCloseable {
  private final Class<T> type;
  private final Map<Operand<?>, Tensor> tensors = new LinkedHashMap<>();

  FedTensors(Class<T> type) {
    this.type = type;
  }

  /**
   * A batch.
   *
   * @param feeds placeholders, by the names of {@link TaskModel}; what is not among them is not fed
   * @param seed for dropout
   */
  static <T extends TNumber> FedTensors<T> of(
      Tensors feeds, TaskBatch batch, long seed, Class<T> type) {
    return new FedTensors<>(type)
        .put(feeds, "facts/tokens", batch.factTokens)
        .put(feeds, "facts/lengths", batch.factLengths)
        .put(feeds, "facts/targets", batch.factTargets)
        .put(feeds, "facts/relevant", batch.factRelevant)
        .put(feeds, "questions/tokens", batch.questionTokens)
        .put(feeds, "questions/lengths", batch.questionLengths)
        .put(feeds, "questions/spans", batch.questionSpans)
        .put(feeds, "task_weights", batch.taskWeights)
        .putSeed(feeds, seed);
  }

  private FedTensors<T> putSeed(Tensors feeds, long seed) {
    return feeds.contains("seed") ? put(feeds.get("seed"), TInt64.scalarOf(seed)) : this;
  }

  private FedTensors<T> put(Tensors feeds, String name, int[] values) {
    return feeds.contains(name)
        ? put(feeds.get(name), HostTensors.of(feeds.get(name).shape(), values))
        : this;
  }

  private FedTensors<T> put(Tensors feeds, String name, double[] values) {
    return feeds.contains(name) ? put(feeds.get(name), values) : this;
  }

  FedTensors<T> put(Operand<?> feed, double... values) {
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
