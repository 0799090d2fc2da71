package org.reckoning.graph;

import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** A graph of constants, and the values of what is computed from them. */
public final class TestTensors implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);

  /** Returns where nodes are added. */
  public Ops tf() {
    return tf;
  }

  /** Adds a float64 constant. */
  public Operand<TFloat64> tensor(long[] shape, double... values) {
    return tf.reshape(tf.constant(values), tf.constant(shape));
  }

  /** Adds an int32 constant. */
  public Operand<TInt32> ints(long[] shape, int... values) {
    return tf.reshape(tf.constant(values), tf.constant(shape));
  }

  /** Computes float32 or float64 tensors. */
  public List<double[]> values(List<? extends Operand<?>> tensors) {
    try (Session session = GraphSession.open(graph)) {
      Session.Runner runner = session.runner();
      tensors.forEach(runner::fetch);
      List<double[]> values = new ArrayList<>();
      try (Result result = runner.run()) {
        result.forEach(entry -> values.add(HostTensors.toDoubles(entry.getValue())));
      }
      return values;
    }
  }

  /** Computes int64 tensors, one after another. */
  public List<Long> longs(List<Operand<TInt64>> tensors) {
    try (Session session = GraphSession.open(graph)) {
      Session.Runner runner = session.runner();
      tensors.forEach(runner::fetch);
      List<Long> values = new ArrayList<>();
      try (Result result = runner.run()) {
        result.forEach(
            entry -> ((TInt64) entry.getValue()).scalars().forEach(x -> values.add(x.getLong())));
      }
      return values;
    }
  }

  /** Computes a float32 or float64 tensor. */
  public double[] value(Operand<?> tensor) {
    return values(List.of(tensor)).get(0);
  }

  /** Returns how many nodes there are. */
  public int size() {
    int size = 0;
    for (var nodes = graph.operations(); nodes.hasNext(); nodes.next()) {
      size++;
    }
    return size;
  }

  @Override
  public void close() {
    graph.close();
  }
}
