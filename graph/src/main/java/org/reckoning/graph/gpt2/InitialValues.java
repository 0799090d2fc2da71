package org.reckoning.graph.gpt2;

import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The random weights with which a program starts; each is computed when it is read. */
public final class InitialValues implements AutoCloseable {
  private final long seed;
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TInt64> fedSeed;
  private final Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();

  /**
   * Builds the graph of all weights, and computes none.
   *
   * @param seed of all weights
   */
  public InitialValues(Gpt2Config config, long seed) {
    this.seed = seed;
    Ops tf = GraphScope.root(graph);
    fedSeed = tf.withName("seed").placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    config
        .parameterShapes()
        .forEach(
            (name, shape) ->
                values.put(
                    name,
                    Gpt2Initializer.initialValue(
                        tf.withSubScope(name), config, name, shape, fedSeed, TFloat32.class)));
    session = GraphSession.open(graph);
  }

  /**
   * Returns a weight, which the caller closes.
   *
   * @throws IllegalArgumentException if the model has no weight of this name
   */
  public TFloat32 read(String name) {
    Operand<TFloat32> value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "no parameter '%s'; known: %s".formatted(name, values.keySet()));
    }
    try (TInt64 number = TInt64.scalarOf(seed)) {
      return (TFloat32) session.runner().feed(fedSeed, number).fetch(value).run().get(0);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
