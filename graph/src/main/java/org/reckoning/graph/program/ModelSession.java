package org.reckoning.graph.program;

import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.reckoning.graph.decoding.DecodedTexts;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.DecodingFeeds;
import org.reckoning.graph.decoding.DecodingInputs;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.variables.WeightSource;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The parts common to all programs: the graph, the learned parameters, the feeds of decoding, and
 * the session. The same session also runs nodes that a program adds later.
 */
final class ModelSession<T extends TNumber> implements AutoCloseable {
  private final BilevelConfig config;
  private final Class<T> type;
  private final WeightLayout layout;
  private final Graph graph;
  private final Ops tf;
  private final MetaParameters<T> parameters;
  private final DecodingFeeds<T> decodingFeeds;
  private final Session session;

  /**
   * Emits the parameters.
   *
   * @param graph to which it adds them
   * @param layout of a checked configuration
   */
  private ModelSession(Graph graph, BilevelConfig config, WeightLayout layout, Class<T> type) {
    this.graph = graph;
    this.config = config;
    this.type = type;
    this.layout = layout;
    tf = GraphScope.root(graph);
    parameters = new MetaParameters<>(tf, config, layout, type);
    decodingFeeds = new DecodingFeeds<>(tf.withSubScope("decoding"), type);
    session = GraphSession.open(graph);
  }

  /** Builds a program on a new session; closes what was opened if it cannot be built. */
  static <T extends TNumber, P> P build(
      BilevelConfig config, WeightLayout layout, Class<T> type, Function<ModelSession<T>, P> emit) {
    ModelSession<T> session = open(config, layout, type);
    try {
      return emit.apply(session);
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  private static <T extends TNumber> ModelSession<T> open(
      BilevelConfig config, WeightLayout layout, Class<T> type) {
    Graph graph = new Graph();
    try {
      return new ModelSession<>(graph, config, layout, type);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  BilevelConfig config() {
    return config;
  }

  Class<T> type() {
    return type;
  }

  WeightLayout layout() {
    return layout;
  }

  Graph graph() {
    return graph;
  }

  Ops tf() {
    return tf;
  }

  MetaParameters<T> parameters() {
    return parameters;
  }

  DecodingInputs<T> decoding() {
    return decodingFeeds.inputs();
  }

  TaskModel<T> model(TaskShape shape) {
    return new TaskModel<>(config, layout, shape, type);
  }

  Session session() {
    return session;
  }

  Session.Runner runner() {
    return session.runner();
  }

  FedTensors<T> feeds() {
    return new FedTensors<>(type);
  }

  /** Sets all weights to random values and the inner rates to their initial values. */
  void initialize(long seed) {
    parameters.initialize(session, seed);
  }

  /** Sets all weights to given values and the inner rates to their initial values. */
  void initialize(Map<String, double[]> values) {
    parameters.initialize(session, values);
  }

  /** Sets all weights from a source and the inner rates to their initial values. */
  void initialize(WeightSource source, long seed) throws IOException {
    parameters.initialize(session, source, seed);
  }

  /** Sets the stored inner rates [J, K]. */
  void assignStoredRates(TFloat32 stored) {
    parameters.assignStoredRates(session, stored);
  }

  /**
   * Runs the decoder.
   *
   * @param prompts the batch, with questions cut after their prompts
   * @param feeds tensors of the batch
   * @param texts fetches of the decoder
   * @throws NotFiniteException if a log-probability of a new token is not finite
   */
  Generation generate(
      TaskBatch prompts, FedTensors<T> feeds, DecodedTexts<T> texts, Decoding decoding) {
    try (DecodingFeeds.Fed settings = decodingFeeds.feed(decoding);
        Result fetched =
            settings
                .into(feeds.into(session.runner()))
                .fetch(texts.tokens())
                .fetch(texts.lengths())
                .fetch(texts.logProbabilities())
                .run()) {
      Generation generation =
          new Generation(prompts, (TInt32) fetched.get(0), (TInt32) fetched.get(1), fetched.get(2));
      requireFinite(prompts, generation);
      return generation;
    }
  }

  private static void requireFinite(TaskBatch prompts, Generation generation) {
    for (int n = 0; n < prompts.tasks(); n++) {
      for (int q = 0; q < prompts.shape().questions(); q++) {
        NotFiniteException.require(
            "log-probability of an answer to question %d of task %d".formatted(q, n),
            generation.logProbabilities(n, q));
      }
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
