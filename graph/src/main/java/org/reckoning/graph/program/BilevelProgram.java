package org.reckoning.graph.program;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.exchange.GradientExchange;
import org.reckoning.graph.exchange.VariableBroadcast;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.variables.VariableFiles;
import org.reckoning.graph.variables.WeightSource;
import org.reckoning.graph.xla.Segment;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Static graph of a bi-level computation with its feeds, fetches and session.
 *
 * <pre>{@code
 * var shape = new TaskShape(1, 4, 32, 1, 32);
 * var config = BilevelConfig.of(Gpt2Config.small(), 4, shape);
 * try (var program = BilevelProgram.build(config, TFloat32.class)) {
 *   program.initialize(42);
 *   UpdateResult result = program.train(List.of(batch), new OuterRates(3e-5, 1e-2), 0);
 *   PassResult unseen = program.evaluate(other);
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class BilevelProgram<T extends TNumber> implements AutoCloseable {
  private final ModelSession<T> model;
  private final @Nullable OuterStep<T> outer;
  private final VariableFiles files;
  private final Map<TaskShape, Bucket<T>> buckets = new LinkedHashMap<>();
  private Peers peers = Peers.ALONE;
  private @Nullable GradientExchange<T> exchange;
  private long updates;

  private BilevelProgram(ModelSession<T> model, boolean trains) {
    this.model = model;
    Ops tf = model.tf();
    outer = trains ? new OuterStep<>(model) : null;
    List<TaskShape> shapes = model.config().shapes();
    for (int i = 0; i < shapes.size(); i++) {
      Ops scope = shapes.size() == 1 ? tf : tf.withSubScope("bucket_" + i);
      buckets.put(shapes.get(i), new Bucket<>(scope, model, shapes.get(i), outer));
    }
    files =
        VariableFiles.of(
            tf.withSubScope("files"),
            model.parameters().weights(),
            model.parameters().rates(),
            outer == null ? List.of() : outer.moments());
  }

  /**
   * Builds the graph. XLA compiles later, in the first run of each fetch.
   *
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration is invalid
   * @throws IllegalStateException if the configuration uses XLA and XLA cannot compile here
   */
  public static <T extends TNumber> BilevelProgram<T> build(BilevelConfig config, Class<T> type) {
    WeightLayout layout = WeightLayout.forManyPasses(config, type);
    boolean learnsRates = config.innerRates().learned() && config.innerSteps() > 0;
    if (layout.trained().isEmpty() && !learnsRates) {
      throw new IllegalArgumentException(
          "nothing is trained: give a pattern of trained weights or learned inner rates");
    }
    return ModelSession.build(
        config, layout, type, session -> new BilevelProgram<T>(session, true));
  }

  /**
   * Builds a graph for evaluation only. It has no derivatives of the outer loss and no state of the
   * outer optimizer. It restores checkpoints of a training program.
   *
   * @throws IllegalArgumentException if the configuration is invalid
   * @throws IllegalStateException if the configuration uses XLA and XLA cannot compile here
   */
  public static <T extends TNumber> BilevelProgram<T> forEvaluation(
      BilevelConfig config, Class<T> type) {
    WeightLayout layout = WeightLayout.forManyPasses(config, type);
    return ModelSession.build(
        config, layout, type, session -> new BilevelProgram<T>(session, false));
  }

  private Updater<T> updater() {
    if (outer == null) {
      throw new IllegalStateException("a program for evaluation cannot train");
    }
    return new Updater<>(model, outer, shape -> bucket(shape).forTraining(), exchange);
  }

  /** Returns the configuration. */
  public BilevelConfig config() {
    return model.config();
  }

  /** Returns the dtype of the weights. */
  public Class<T> type() {
    return model.type();
  }

  /** Returns the names and roles of the weights. */
  public WeightLayout layout() {
    return model.layout();
  }

  /** Returns the static graph, for inspection. */
  public Graph graph() {
    return model.graph();
  }

  /**
   * Returns the segments of a bucket and the outer update, in the order in which a step runs them.
   */
  public List<Segment> segments(TaskShape shape) {
    List<Segment> segments = new ArrayList<>(bucket(shape).pass().segments());
    if (outer != null) {
      segments.addAll(outer.segments());
    }
    return segments;
  }

  /**
   * Returns the functions that each contain a whole pass; empty except in {@code XlaMode.WHOLE}.
   */
  public List<Segment> wholePasses(TaskShape shape) {
    return bucket(shape).pass().wholePasses();
  }

  /** Returns the fetches of a training step of one pass, for inspection. */
  public List<Operand<?>> trainingFetches(TaskShape shape) {
    return List.copyOf(bucket(shape).training().fetches());
  }

  /** Returns the fetches of an evaluation, for inspection. */
  public List<Operand<?>> evaluationFetches(TaskShape shape) {
    return List.copyOf(bucket(shape).evaluation().scores().fetches());
  }

  /**
   * Sets all weights to random values, the inner rates to their initial values, and the state of
   * the outer optimizer to 0. The same seed gives the same values.
   */
  public void initialize(long seed) {
    model.initialize(seed);
    resetOuterState();
  }

  /**
   * Sets all weights to given values, the inner rates to their initial values, and the state of the
   * outer optimizer to 0.
   *
   * @param values row-major values by name, in the order of {@link WeightLayout#shapes}
   * @throws IllegalArgumentException if names or sizes differ from the layout
   */
  public void initialize(Map<String, double[]> values) {
    model.initialize(values);
    resetOuterState();
  }

  /**
   * Sets all weights from a source, the inner rates to their initial values, and the state of the
   * outer optimizer to 0.
   *
   * @param source source of the weights, in single precision; the variables take over its tensors
   * @param seed seed of the weights that the source lacks
   * @throws IOException if the source fails; no variable is then changed
   * @throws IllegalArgumentException if the shape of a weight is wrong
   */
  public void initialize(WeightSource source, long seed) throws IOException {
    model.initialize(source, seed);
    resetOuterState();
  }

  private void resetOuterState() {
    if (outer != null) {
      outer.reset(model.session());
    }
    updates = 0;
  }

  /**
   * Sets the processes that train together; by default, this one trains alone. All processes must
   * have programs of the same configuration and call {@link #broadcast} and {@link #train}
   * together. Everything else concerns this process only.
   */
  public void join(Peers group) {
    peers = group;
    exchange =
        outer == null || group.size() == 1
            ? null
            : new GradientExchange<>(model.tf(), model.session(), outer.accumulated(), group);
  }

  /**
   * Overwrites weights, inner rates, the state of the outer optimizer and the number of updates
   * with those of rank 0. All processes call it after they set or restored them.
   */
  public void broadcast() {
    if (peers.size() == 1) {
      return;
    }
    VariableBroadcast variables = new VariableBroadcast(peers, model.session());
    variables.send(model.parameters().weights());
    variables.send(model.parameters().rates());
    if (outer != null) {
      outer.moments().forEach(variables::send);
    }
    updates = variables.send(updates);
  }

  /**
   * Sets the inner rates.
   *
   * @param values the rates themselves, [J, K]; one row for each adapted weight, in the order of
   *     {@link WeightLayout#adapted}
   * @throws IllegalArgumentException if the shape is wrong, or a rate cannot be stored
   */
  public void assignRates(double[][] values) {
    model.parameters().assignRates(model.session(), values);
  }

  /** Returns the inner rates themselves, [J, K]. */
  public double[][] rates() {
    return model.parameters().rates(model.session());
  }

  /** Returns the row-major values of a weight. */
  public double[] weight(String name) {
    return model.parameters().weight(model.session(), name);
  }

  /** Returns the number of outer updates since the initialization. */
  public long updates() {
    return updates;
  }

  /**
   * Makes one outer update. It sums, clips and applies the gradients of all passes.
   *
   * <p>Of N processes, each calls it with the same arguments. Rank r computes the passes r, r + N,
   * r + 2 N, .. and all have the results of all passes. The gradients are added in the order of the
   * passes, so the result has the same bits as from one process.
   *
   * @param passes batches of configured shapes, with the task weights of {@link TaskBatch}
   * @param seed seed of dropout; unused without dropout
   * @throws NotFiniteException if a loss or gradient is not finite; weights and state are then
   *     unchanged
   * @throws IllegalArgumentException if {@code passes} is empty or has fewer batches than there are
   *     processes, or a batch has another shape
   */
  public UpdateResult train(List<TaskBatch> passes, OuterRates learningRates, long seed) {
    return train(passes, learningRates, seed, () -> false).orElseThrow();
  }

  /**
   * Makes one outer update, as {@link #train(List, OuterRates, long)} does, or stops between two
   * passes.
   *
   * @param givesUp returns true to stop; evaluated after each pass except the last. Of several
   *     processes, each evaluates it after one pass of each; all stop if one gives up.
   * @return empty if the update was stopped; weights and state are then unchanged
   */
  public Optional<UpdateResult> train(
      List<TaskBatch> passes, OuterRates learningRates, long seed, BooleanSupplier givesUp) {
    if (passes.isEmpty()) {
      throw new IllegalArgumentException("an update needs at least one pass");
    }
    Optional<UpdateResult> result =
        updater().update(passes, learningRates, updates + 1, seed, givesUp);
    updates += result.isPresent() ? 1 : 0;
    return result;
  }

  /**
   * Makes one outer update of one pass, as {@link #train} does, and returns the start and run time
   * of each node of the static graph. Nodes inside compiled calls are not traced.
   *
   * @throws IllegalStateException if this process does not train alone
   * @throws NotFiniteException if a loss or gradient is not finite; weights and state are then
   *     unchanged
   */
  public StepStats trace(TaskBatch batch, OuterRates learningRates, long seed) {
    StepStats trace = updater().trace(batch, learningRates, updates + 1, seed);
    updates++;
    return trace;
  }

  /**
   * Adapts to the facts and scores the questions, without dropout and without derivatives of the
   * outer loss.
   *
   * @throws NotFiniteException if a loss is not finite
   */
  public PassResult evaluate(TaskBatch batch) {
    return bucket(batch.shape()).evaluate(batch);
  }

  /**
   * Adds a batch shape for evaluation only, without derivatives, if it is unknown.
   *
   * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
   */
  public void addEvaluationShape(TaskShape shape) {
    model.config().withShapes(shape); // checks the shape
    if (!buckets.containsKey(shape)) {
      Ops scope = model.tf().withSubScope("evaluation_bucket_" + buckets.size());
      buckets.put(shape, new Bucket<>(scope, model, shape, null));
    }
  }

  /**
   * Adapts to the facts and continues the prompt of every question. Tokens after the prompt are
   * ignored. {@code questionTokens} of the shape limits the number of tokens of a text.
   *
   * @throws NotFiniteException if a log-probability of a new token is not finite, as when the facts
   *     cannot be learned
   */
  public Generation generate(TaskBatch batch, Decoding decoding) {
    Bucket<T> bucket = bucket(batch.shape());
    TaskBatch prompts = batch.prompts();
    try (FedTensors<T> feeds = bucket.feeds(prompts, 0)) {
      return model.generate(prompts, feeds, bucket.generation(), decoding);
    }
  }

  /**
   * Saves weights, inner rates, the state of the outer optimizer and the number of updates as a
   * TensorFlow checkpoint.
   *
   * @param prefix prefix of the files {@code PREFIX.index} and {@code PREFIX.data-00000-of-00001}
   */
  public void save(String prefix) {
    files.save(model.session(), prefix, updates);
  }

  /**
   * Restores a checkpoint of {@link #save}.
   *
   * @throws org.tensorflow.exceptions.TensorFlowException if a file is missing or damaged, or has
   *     another model; some variables may then have the values of the file
   */
  public void restore(String prefix) {
    updates = files.restore(model.session(), prefix);
  }

  /**
   * Returns the gradient of the outer loss, without an update.
   *
   * @return gradient by name of the trained weight; {@code rates} has the gradient of the stored
   *     inner rates [J, K]
   * @throws NotFiniteException if a gradient is not finite
   */
  public Map<String, double[]> gradients(TaskBatch batch, long seed) {
    Bucket<T> bucket = bucket(batch.shape());
    return bucket.values(
        "gradient of", bucket.training().gradients(), batch, Updater.seedOfPass(seed, 0));
  }

  /**
   * Returns the adapted weights.
   *
   * @return adapted weights by name [N, ...]
   * @throws NotFiniteException if an adapted weight is not finite
   */
  public Map<String, double[]> adapt(TaskBatch batch) {
    Bucket<T> bucket = bucket(batch.shape());
    return bucket.values("adapted weight", bucket.evaluation().adapted(), batch, 0);
  }

  private Bucket<T> bucket(TaskShape shape) {
    Bucket<T> bucket = buckets.get(shape);
    if (bucket == null) {
      throw new IllegalArgumentException(
          "batch shape %s must be one of those of the program %s"
              .formatted(shape, buckets.keySet()));
    }
    return bucket;
  }

  @Override
  public void close() {
    buckets.values().forEach(Bucket::close);
    model.close();
  }
}
