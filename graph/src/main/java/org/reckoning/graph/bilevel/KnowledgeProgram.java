package org.reckoning.graph.bilevel;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A model that encodes facts into its weights once and then answers any number of questions, until
 * it is told other facts. The adapted weights stay in variables beside the initial ones.
 *
 * <pre>{@code
 * try (var program = KnowledgeProgram.build(config, TFloat32.class)) {
 *   program.restore(checkpoint);
 *   double[] innerLosses = program.encode(facts);   // K inner steps
 *   QuestionScores scores = program.score(candidates);
 *   Generation answers = program.generate(questions, Decoding.greedy(16, endOfText));
 * }
 * }</pre>
 *
 * <p>One body of knowledge at a time: N = 1. Parts of the graph are built when a batch of a new
 * shape first needs them. Not safe for use by several threads.
 */
public final class KnowledgeProgram<T extends TNumber> implements AutoCloseable {
  private final BilevelConfig config;
  private final WeightLayout layout;
  private final Class<T> type;
  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.root(graph);
  private final Session session;
  private final MetaParameters<T> parameters;
  private final Variables<T> adapted;
  private final List<Op> forgetting;
  private final DecodingFeeds<T> decodingFeeds;
  private final VariableFiles files;
  private final Map<TaskShape, Encoding> encodings = new LinkedHashMap<>();
  private final Map<TaskShape, Asking> askings = new LinkedHashMap<>();

  /** Feeds and fetches of the inner loop over facts of one shape. */
  private record Encoding(Tensors feeds, Operand<?> innerLosses, List<Op> keep) {}

  /** Feeds and fetches of questions of one shape. */
  private record Asking(Tensors feeds, Tensors scores, Tensors texts) {}

  private KnowledgeProgram(BilevelConfig config, WeightLayout layout, Class<T> type) {
    this.config = config;
    this.layout = layout;
    this.type = type;
    parameters = new MetaParameters<>(tf, config, layout, type);
    Map<String, Shape> adaptedShapes = new LinkedHashMap<>();
    layout.adapted().forEach(name -> adaptedShapes.put(name, layout.shape(name)));
    adapted = new Variables<>(tf, "adapted", adaptedShapes, type);
    forgetting = adapted.assignments(tf.withSubScope("forget"), parameters.weights().reads());
    decodingFeeds = new DecodingFeeds<>(tf.withSubScope("decoding"), type);
    files =
        VariableFiles.of(
            tf.withSubScope("files"), parameters.weights(), parameters.rates(), List.of());
    session = GraphSession.open(graph);
  }

  /**
   * Builds a program without any questions or facts yet.
   *
   * @param config its shapes play no part
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration cannot work
   * @throws IllegalStateException if XLA is asked for and does not compile here
   */
  public static <T extends TNumber> KnowledgeProgram<T> build(BilevelConfig config, Class<T> type) {
    return new KnowledgeProgram<>(config, BilevelProgram.checked(config, type), type);
  }

  /**
   * Reads weights and inner rates that a program has saved, and forgets all facts.
   *
   * @param prefix of the files, as {@link BilevelProgram#save} wrote them
   * @throws org.tensorflow.exceptions.TensorFlowException if a file is missing or damaged, or holds
   *     another model
   */
  public void restore(String prefix) {
    files.restore(session, prefix);
    forget();
  }

  /**
   * Sets all weights, and the inner rates to their initial values, and forgets all facts.
   *
   * @param source of the weights, in single precision; the tensors become those of the variables
   * @param seed for the weights that it does not have
   * @throws IOException if the source fails; nothing is changed then
   */
  public void initialize(WeightSource source, long seed) throws IOException {
    parameters.initialize(session, source, seed);
    forget();
  }

  /** Goes back to the initial weights. */
  public void forget() {
    for (Op op : forgetting) { // one at a time: few copies are alive at once
      session.runner().addTarget(op).run().close();
    }
  }

  /**
   * Encodes facts: K inner steps from the initial weights, whatever was encoded before.
   *
   * @param facts a batch of one task; its questions play no part
   * @return the inner loss before each step and after the last [K+1], in nats a token
   * @throws NotFiniteException if a loss is not finite; the facts known before are then forgotten
   */
  public double[] encode(TaskBatch facts) {
    TaskShape shape = single(facts.shape());
    Encoding encoding =
        encodings.computeIfAbsent(
            new TaskShape(1, shape.facts(), shape.factTokens(), 1, 2), this::encoding);
    double[] losses;
    try (FedTensors<T> feeds = FedTensors.of(encoding.feeds(), facts, 0, type)) {
      Session.Runner runner = feeds.into(session.runner()).fetch(encoding.innerLosses());
      encoding.keep().forEach(runner::addTarget);
      try (Result fetched = runner.run()) {
        losses = HostTensors.toDoubles(fetched.get(0));
      }
    }
    for (int k = 0; k < losses.length; k++) {
      if (!Double.isFinite(losses[k])) {
        forget();
      }
      NotFiniteException.require("inner loss after %d inner steps".formatted(k), losses[k]);
    }
    return losses;
  }

  private Encoding encoding(TaskShape shape) {
    Ops scope = tf.withSubScope("encode_" + encodings.size());
    TaskModel<T> model = new TaskModel<>(config, layout, shape, type);
    Tensors feeds = placeholders(scope, model.factSpecs());
    UnrolledPass<T> pass = new UnrolledPass<>(model, false);
    Tensors in = new Tensors().putAll("weights", parameters.weights().reads()).putAll(feeds);
    parameters.emitRates(scope).ifPresent(rates -> in.put("rates", rates));
    Tensors encoded = pass.encode(scope, in);
    Map<String, Operand<T>> values = new LinkedHashMap<>();
    encoded
        .under("adapted", type)
        .forEach(
            (name, value) -> values.put(name, scope.squeeze(value, Squeeze.axis(List.of(0L)))));
    return new Encoding(
        feeds,
        encoded.get("inner_losses"),
        adapted.assignments(scope.withSubScope("keep"), values));
  }

  /**
   * Scores the targets of questions with the adapted weights.
   *
   * @param questions a batch of one task; its facts play no part
   * @return the summed loss of the targets of each question [Q], in nats; 0 for padding
   */
  public double[] score(TaskBatch questions) {
    Asking asking = asking(questions);
    try (FedTensors<T> feeds = FedTensors.of(asking.feeds(), questions, 0, type);
        Result fetched =
            feeds.into(session.runner()).fetch(asking.scores().get("questions/loss")).run()) {
      return HostTensors.toDoubles(fetched.get(0));
    }
  }

  /**
   * Continues the prompts of questions with the adapted weights. A text ends at {@code
   * questionTokens} of the shape at the latest.
   *
   * @param questions a batch of one task; its facts play no part, nor does what follows a prompt
   */
  public Generation generate(TaskBatch questions, Decoding decoding) {
    Asking asking = asking(questions);
    TaskBatch prompts = questions.prompts();
    try (FedTensors<T> feeds = FedTensors.of(asking.feeds(), prompts, 0, type);
        DecodingFeeds.Fed settings = decodingFeeds.feed(decoding);
        Result fetched =
            settings
                .into(feeds.into(session.runner()))
                .fetch(asking.texts().get("tokens"))
                .fetch(asking.texts().get("lengths"))
                .fetch(asking.texts().get("log_probabilities"))
                .run()) {
      return new Generation(
          prompts, (TInt32) fetched.get(0), (TInt32) fetched.get(1), fetched.get(2));
    }
  }

  private Asking asking(TaskBatch questions) {
    TaskShape shape = single(questions.shape());
    return askings.computeIfAbsent(
        new TaskShape(1, 1, 2, shape.questions(), shape.questionTokens()), this::asking);
  }

  private Asking asking(TaskShape shape) {
    Ops scope = tf.withSubScope("ask_" + askings.size());
    TaskModel<T> model = new TaskModel<>(config, layout, shape, type);
    Tensors feeds = placeholders(scope, model.questionTextSpecs());
    Ops weightScope = scope.withSubScope("weights");
    Tensors own = new Tensors();
    adapted.reads().forEach((name, read) -> own.put("theta/" + name, oneTask(weightScope, read)));
    for (String name : model.layout().shared()) {
      Operand<T> read = parameters.weights().reads().get(name);
      own.put("shared/" + name, oneTask(weightScope, Objects.requireNonNull(read)));
    }
    Tensors scores =
        model.call(
            scope.withSubScope("score"),
            OuterLoss.defineScores(model),
            new Tensors().putAll(own).putAll(feeds));
    Segment decode = Decoder.define(model, shape.questions(), shape.questionTokens());
    Tensors texts =
        model.call(
            scope.withSubScope("generate"),
            decode,
            new Tensors()
                .putAll(own)
                .putAll(decodingFeeds.operands())
                .put("tokens", feeds.get("questions/tokens"))
                .put("lengths", feeds.get("questions/lengths"))
                .put("tasks", scope.constant(new long[] {0})));
    return new Asking(feeds, scores, texts);
  }

  private Operand<T> oneTask(Ops tf, Operand<T> weight) {
    return tf.expandDims(weight, tf.constant(0));
  }

  private static Tensors placeholders(Ops tf, Specs specs) {
    return specs.placeholders(tf.withSubScope("feeds"));
  }

  private static TaskShape single(TaskShape shape) {
    if (shape.tasks() != 1) {
      throw new IllegalArgumentException(
          "tasks (%d) must be 1: one body of knowledge is kept at a time".formatted(shape.tasks()));
    }
    return shape;
  }

  Graph graph() {
    return graph;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
