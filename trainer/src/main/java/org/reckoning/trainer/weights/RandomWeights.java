package org.reckoning.trainer.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Gpt2Initializer;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The random weights from which training from scratch starts; each is computed when it is read. */
final class RandomWeights implements Gpt2Weights {
  private final Gpt2Config config;
  private final Vocabulary vocabulary;
  private final long seed;
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TInt64> fedSeed;
  private final Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();

  RandomWeights(Gpt2Config config, Vocabulary vocabulary, long seed) {
    if (config.vocabSize() != vocabulary.size()) {
      throw new IllegalArgumentException(
          "vocab_size (%d) must be the size of the %s".formatted(config.vocabSize(), vocabulary));
    }
    this.config = config;
    this.vocabulary = vocabulary;
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

  @Override
  public Gpt2Config config() {
    return config;
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return Optional.of(vocabulary);
  }

  @Override
  public int endOfText() {
    return vocabulary.endOfText();
  }

  @Override
  public String format() {
    return "random, seed %d".formatted(seed);
  }

  @Override
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
