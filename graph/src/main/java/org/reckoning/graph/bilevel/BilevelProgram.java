package org.reckoning.graph.bilevel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaCheck;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The static graph of a bi-level computation, with its feeds and fetches, and a session that runs
 * it.
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
 * <p>Not safe for use by several threads.
 */
public final class BilevelProgram<T extends TNumber> implements AutoCloseable {
  private final BilevelConfig config;
  private final WeightLayout layout;
  private final Class<T> type;
  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.root(graph);
  private final Session session;
  private final MetaParameters<T> parameters;
  private final @Nullable Update update;
  private final DecodingFeeds<T> decodingFeeds;
  private final VariableFiles files;
  private final Map<TaskShape, Bucket> buckets = new LinkedHashMap<>();
  private long updates;

  /** Feeds and fetches of one shape. */
  private final class Bucket {
    private final Ops tf;
    private final TaskShape shape;
    final GroupedPass<T> pass;
    final Tensors feeds;
    final Tensors evaluation;
    private @Nullable Tensors generation;
    private final Tensors in;
    private final @Nullable Training training;

    Bucket(Ops tf, TaskShape shape, boolean trains) {
      this.tf = tf;
      this.shape = shape;
      TaskModel<T> model = new TaskModel<>(config, layout, shape, type);
      pass = new GroupedPass<>(model, trains);
      Specs specs = model.factSpecs().all(model.questionSpecs());
      feeds = specs.placeholders(tf.withSubScope("feeds"));
      in = new Tensors().putAll("weights", parameters.weights().reads()).putAll(feeds);
      parameters.emitRates(tf).ifPresent(rates -> in.put("rates", rates));
      training =
          trains ? new Training(tf, update(), pass.train(tf.withSubScope("train"), in), in) : null;
      evaluation = pass.evaluate(tf.withSubScope("evaluate"), in);
    }

    Training training() {
      if (training == null) {
        throw new IllegalArgumentException(
            "batch shape %s is one for evaluation: it must be among the shapes of the configuration"
                    .formatted(shape)
                + " to be trained on");
      }
      return training;
    }

    /** Decoding, built when it is first asked for. */
    Tensors generation() {
      if (generation == null) {
        generation =
            pass.decode(tf.withSubScope("generate"), in, evaluation, decodingFeeds.operands());
      }
      return generation;
    }
  }

  /** The outer update: its state and its feeds. */
  private final class Update {
    final Variables<T> firstMoments;
    final Variables<T> secondMoments;
    final Variables<T> accumulators;
    final OuterUpdate<T> apply;
    final Operand<T> normsOfAccumulated;
    private final Operand<T> weightsRate = scalarFeed(tf, "outer_rate.weights");
    private final Operand<T> ratesRate = scalarFeed(tf, "outer_rate.rates");
    private final Operand<T> step = scalarFeed(tf, "outer_step");

    Update() {
      Map<String, Shape> updated = new LinkedHashMap<>();
      layout.trained().forEach(name -> updated.put(name, layout.shape(name)));
      if (config.innerRates().learned()) {
        updated.putAll(parameters.rates().shapes());
      }
      firstMoments = new Variables<>(tf, "adam_m", updated, type);
      secondMoments = new Variables<>(tf, "adam_v", updated, type);
      accumulators = new Variables<>(tf, "accumulated", updated, type);
      apply = new OuterUpdate<>(config.outerOptimizer(), updated, type);
      Ops accumulated = tf.withSubScope("apply_accumulated");
      normsOfAccumulated =
          applied(accumulated, accumulators.reads(), Scalars.of(accumulated, type, 0));
    }

    Operand<T> applied(Ops tf, Map<String, Operand<T>> gradients, Operand<T> check) {
      Map<String, Operand<? extends TType>> handles =
          new LinkedHashMap<>(parameters.weights().handles());
      handles.putAll(parameters.rates().handles());
      handles.keySet().retainAll(firstMoments.shapes().keySet());
      Tensors arguments =
          new Tensors()
              .putAll("variables", handles)
              .putAll("m", firstMoments.handles())
              .putAll("v", secondMoments.handles())
              .putAll("gradient", gradients)
              .put("check", check)
              .put("rate/weights", weightsRate)
              .put("rate/rates", ratesRate)
              .put("step", step);
      return apply.emit(tf, arguments, config.xla().compiles());
    }
  }

  /** What a training step of one shape fetches and runs. */
  private final class Training {
    final Tensors results;
    final Map<String, Operand<T>> gradients;
    final Operand<T> normsOfApplied;
    final List<Op> accumulateFirst;
    final List<Op> accumulateNext;

    Training(Ops tf, Update update, Tensors results, Tensors in) {
      this.results = results;
      gradients = results.under("gradient", type);
      if (config.innerSteps() > 0 && config.innerRates().learned()) {
        Operand<T> d = results.get("d_rates", type);
        gradients.put(
            OuterUpdate.RATES,
            parameters.ratesAreLogs()
                ? tf.math.mul(d, in.get("rates", type))
                : d); // d exp(r) = exp(r) dr
      }
      normsOfApplied =
          update.applied(tf.withSubScope("apply"), gradients, results.get("check", type));
      accumulateFirst =
          update.accumulators.assignments(tf.withSubScope("accumulate_first"), gradients);
      accumulateNext = update.accumulators.additions(tf.withSubScope("accumulate_next"), gradients);
    }
  }

  private BilevelProgram(BilevelConfig config, WeightLayout layout, Class<T> type, boolean trains) {
    this.config = config;
    this.layout = layout;
    this.type = type;
    parameters = new MetaParameters<>(tf, config, layout, type);
    decodingFeeds = new DecodingFeeds<>(tf.withSubScope("decoding"), type);
    update = trains ? new Update() : null;
    for (int i = 0; i < config.shapes().size(); i++) {
      Ops scope = config.shapes().size() == 1 ? tf : tf.withSubScope("bucket_" + i);
      buckets.put(config.shapes().get(i), new Bucket(scope, config.shapes().get(i), trains));
    }
    List<Variables<T>> moments =
        update == null ? List.of() : List.of(update.firstMoments, update.secondMoments);
    files =
        VariableFiles.of(
            tf.withSubScope("files"), parameters.weights(), parameters.rates(), moments);
    session = GraphSession.open(graph);
  }

  /**
   * Builds the graph. Nothing is compiled yet: that happens in the first run of each fetch.
   *
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration cannot work
   * @throws IllegalStateException if XLA is asked for and does not compile here
   */
  public static <T extends TNumber> BilevelProgram<T> build(BilevelConfig config, Class<T> type) {
    WeightLayout layout = checked(config, type);
    boolean learnsRates = config.innerRates().learned() && config.innerSteps() > 0;
    if (layout.trained().isEmpty() && !learnsRates) {
      throw new IllegalArgumentException(
          "nothing is trained: give a pattern of trained weights or learned inner rates");
    }
    return new BilevelProgram<>(config, layout, type, true);
  }

  /**
   * Builds a graph that evaluates and does not train: without derivatives of the outer loss and
   * without the state of the outer optimizer. It restores what a program that trains has saved.
   *
   * @throws IllegalArgumentException if the configuration cannot work
   * @throws IllegalStateException if XLA is asked for and does not compile here
   */
  public static <T extends TNumber> BilevelProgram<T> forEvaluation(
      BilevelConfig config, Class<T> type) {
    return new BilevelProgram<>(config, checked(config, type), type, false);
  }

  static WeightLayout checked(BilevelConfig config, Class<? extends TNumber> type) {
    if (type != TFloat32.class && type != TFloat64.class) {
      throw new IllegalArgumentException(
          "dtype (%s) of a program must be TFloat32 or TFloat64".formatted(type.getSimpleName()));
    }
    if (config.xla().compiles()) {
      XlaCheck.require();
    }
    return new WeightLayout(config);
  }

  private Operand<T> scalarFeed(Ops tf, String name) {
    return tf.withName(name).placeholder(type, Placeholder.shape(Shape.scalar()));
  }

  private Update update() {
    if (update == null) {
      throw new IllegalStateException("a program for evaluation cannot train");
    }
    return update;
  }

  /** Returns the configuration. */
  public BilevelConfig config() {
    return config;
  }

  /** Returns the dtype of the weights. */
  public Class<T> type() {
    return type;
  }

  /** Returns which weights are adapted and trained. */
  public WeightLayout layout() {
    return layout;
  }

  /** Returns the static graph, for inspection. */
  public Graph graph() {
    return graph;
  }

  /**
   * Returns the segments of a bucket and the outer update, in the order in which a step runs them.
   */
  public List<Segment> segments(TaskShape shape) {
    List<Segment> segments = new ArrayList<>(bucket(shape).pass.segments());
    if (update != null) {
      segments.addAll(update.apply.segments());
    }
    return segments;
  }

  /** Returns the functions that hold a whole pass each; none but in {@code XlaMode.WHOLE}. */
  public List<Segment> wholePasses(TaskShape shape) {
    return List.copyOf(bucket(shape).pass.wholePasses());
  }

  /** Returns what a training step of one pass fetches, for inspection. */
  public List<Operand<?>> trainingFetches(TaskShape shape) {
    List<Operand<?>> fetches = new ArrayList<>(fetched(bucket(shape).training().results));
    fetches.add(bucket(shape).training().normsOfApplied);
    return fetches;
  }

  /** Returns what an evaluation fetches, for inspection. */
  public List<Operand<?>> evaluationFetches(TaskShape shape) {
    return fetched(bucket(shape).evaluation);
  }

  private static List<Operand<?>> fetched(Tensors results) {
    List<Operand<?>> fetches = new ArrayList<>();
    PassResult.FETCHES.forEach(name -> fetches.add(results.get(name)));
    return fetches;
  }

  /**
   * Sets all weights to random initial values, the inner rates to theirs, and the state of the
   * outer optimizer to 0. The same seed gives the same values.
   */
  public void initialize(long seed) {
    parameters.initialize(session, seed);
    resetOuterState();
  }

  /**
   * Sets all weights, the inner rates to their initial values, and the state of the outer optimizer
   * to 0.
   *
   * @param values by name, in the order of {@link WeightLayout#shapes}, row by row
   * @throws IllegalArgumentException if names or sizes are not those of the layout
   */
  public void initialize(Map<String, double[]> values) {
    parameters.initialize(session, values);
    resetOuterState();
  }

  /**
   * Sets all weights, the inner rates to their initial values, and the state of the outer optimizer
   * to 0.
   *
   * @param source of the weights, in single precision; the tensors become those of the variables
   * @param seed for the weights that it does not have
   * @throws IOException if the source fails; nothing is changed then
   * @throws IllegalArgumentException if a weight has another shape
   */
  public void initialize(WeightSource source, long seed) throws IOException {
    parameters.initialize(session, source, seed);
    resetOuterState();
  }

  private void resetOuterState() {
    if (update != null) {
      update.firstMoments.zero(session);
      update.secondMoments.zero(session);
    }
    updates = 0;
  }

  /**
   * Sets the inner rates.
   *
   * @param values the rates themselves [J, K]: a row for each adapted weight, in the order of
   *     {@link WeightLayout#adapted}
   * @throws IllegalArgumentException if the shape is another one, or a rate cannot be stored
   */
  public void assignRates(double[][] values) {
    parameters.assignRates(session, values);
  }

  /** Returns the inner rates themselves [J, K]. */
  public double[][] rates() {
    return parameters.rates(session);
  }

  /** Returns a weight, row by row. */
  public double[] weight(String name) {
    return parameters.weight(session, name);
  }

  /** Returns how many outer updates were made since the initialization. */
  public long updates() {
    return updates;
  }

  /**
   * Makes one outer update: the gradients of all passes are summed, clipped and applied.
   *
   * @param passes batches of the shapes of the configuration; their tasks weigh what {@link
   *     TaskBatch} says
   * @param seed for dropout; without dropout it has no effect
   * @throws NotFiniteException if a loss or gradient is not finite; weights and state are then
   *     unchanged
   * @throws IllegalArgumentException if there is no pass, or one of another shape
   */
  public UpdateResult train(List<TaskBatch> passes, OuterRates learningRates, long seed) {
    return train(passes, learningRates, seed, () -> false).orElseThrow();
  }

  /**
   * Makes one outer update, as {@link #train(List, OuterRates, long)} does, unless it is given up
   * between two passes.
   *
   * @param givesUp asked after each pass but the last
   * @return empty if the update was given up; weights and state are then unchanged
   */
  public Optional<UpdateResult> train(
      List<TaskBatch> passes, OuterRates learningRates, long seed, BooleanSupplier givesUp) {
    if (passes.isEmpty()) {
      throw new IllegalArgumentException("an update needs at least one pass");
    }
    List<PassResult> results = new ArrayList<>();
    if (passes.size() == 1) {
      return Optional.of(step(passes.get(0), learningRates, seed, Session.Runner::run));
    }
    for (int i = 0; i < passes.size(); i++) {
      if (i > 0 && givesUp.getAsBoolean()) {
        return Optional.empty();
      }
      TaskBatch batch = passes.get(i);
      Bucket bucket = bucket(batch.shape());
      Training training = bucket.training();
      Session.Runner runner = fetches(training.results);
      (i == 0 ? training.accumulateFirst : training.accumulateNext).forEach(runner::addTarget);
      try (FedTensors<T> feeds = feeds(bucket, batch, ofPass(seed, i));
          Result fetched = feeds.into(runner).run()) {
        results.add(new PassResult(batch, config.outerTerms(), fetched).requireFinite());
      }
    }
    try (FedTensors<T> outer = feeds(learningRates, updates + 1);
        Result fetched = outer.into(session.runner()).fetch(update().normsOfAccumulated).run()) {
      return Optional.of(updated(results, HostTensors.toDoubles(fetched.get(0))));
    }
  }

  /**
   * Makes one outer update of one pass, as {@link #train} does, and says when each node of the
   * static graph ran. What runs inside of a compiled call is not told.
   *
   * @throws NotFiniteException if a loss or gradient is not finite; weights and state are then
   *     unchanged
   */
  public StepStats trace(TaskBatch batch, OuterRates learningRates, long seed) {
    RunOptions options =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    List<StepStats> traces = new ArrayList<>();
    step(
        batch,
        learningRates,
        seed,
        runner -> {
          Result fetched = runner.setOptions(options).runAndFetchMetadata();
          fetched.getMetadata().ifPresent(trace -> traces.add(trace.getStepStats()));
          return fetched;
        });
    return traces.get(0);
  }

  /** An update of one pass: gradients are applied in the run that makes them. */
  private UpdateResult step(
      TaskBatch batch, OuterRates learningRates, long seed, Function<Session.Runner, Result> run) {
    Bucket bucket = bucket(batch.shape());
    Training training = bucket.training();
    try (FedTensors<T> feeds = feeds(bucket, batch, ofPass(seed, 0));
        FedTensors<T> outer = feeds(learningRates, updates + 1);
        Result fetched =
            run.apply(
                outer.into(feeds.into(fetches(training.results))).fetch(training.normsOfApplied))) {
      PassResult result = new PassResult(batch, config.outerTerms(), fetched).requireFinite();
      return updated(
          List.of(result), HostTensors.toDoubles(fetched.get(PassResult.FETCHES.size())));
    }
  }

  private UpdateResult updated(List<PassResult> results, double[] squaredNorms) {
    double sumOfWeights = 0;
    double sumOfRates = 0;
    int i = 0;
    for (String name : update().firstMoments.shapes().keySet()) {
      boolean isRates = name.equals(OuterUpdate.RATES);
      double square =
          NotFiniteException.require(
              isRates ? "gradient of the inner rates" : "gradient of '" + name + "'",
              squaredNorms[i++]);
      sumOfRates += isRates ? square : 0;
      sumOfWeights += isRates ? 0 : square;
    }
    updates++;
    return new UpdateResult(results, Math.sqrt(sumOfWeights), Math.sqrt(sumOfRates));
  }

  /**
   * Adapts to the facts and scores the questions; no derivative of the outer loss, no dropout in
   * it.
   *
   * @throws NotFiniteException if a loss is not finite
   */
  public PassResult evaluate(TaskBatch batch) {
    Bucket bucket = bucket(batch.shape());
    try (FedTensors<T> feeds = feeds(bucket, batch, 0);
        Result fetched = feeds.into(fetches(bucket.evaluation)).run()) {
      return new PassResult(batch, config.outerTerms(), fetched).requireFinite();
    }
  }

  /**
   * Adds a shape of batches that are evaluated and never trained on, which saves building the
   * derivatives for it. Does nothing for a shape that is there already.
   *
   * @throws IllegalArgumentException if its sequences are longer than the model's positions
   */
  public void addEvaluationShape(TaskShape shape) {
    config.withShapes(shape); // checks it
    if (!buckets.containsKey(shape)) {
      Ops scope = tf.withSubScope("evaluation_bucket_" + buckets.size());
      buckets.put(shape, new Bucket(scope, shape, false));
    }
  }

  /**
   * Adapts to the facts and continues the prompt of every question. What follows the prompt in the
   * batch is not read. A text ends at {@code questionTokens} of the shape at the latest.
   */
  public Generation generate(TaskBatch batch, Decoding decoding) {
    Bucket bucket = bucket(batch.shape());
    Tensors generation = bucket.generation();
    TaskBatch prompts = batch.prompts();
    try (FedTensors<T> feeds = feeds(bucket, prompts, 0);
        DecodingFeeds.Fed settings = decodingFeeds.feed(decoding);
        Result fetched =
            settings
                .into(feeds.into(session.runner()))
                .fetch(generation.get("tokens"))
                .fetch(generation.get("lengths"))
                .fetch(generation.get("log_probabilities"))
                .run()) {
      return new Generation(
          prompts, (TInt32) fetched.get(0), (TInt32) fetched.get(1), fetched.get(2));
    }
  }

  /**
   * Writes weights, inner rates, the state of the outer optimizer and the number of updates, in
   * TensorFlow's checkpoint format.
   *
   * @param prefix of the files {@code PREFIX.index} and {@code PREFIX.data-00000-of-00001}
   */
  public void save(String prefix) {
    files.save(session, prefix, updates);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws org.tensorflow.exceptions.TensorFlowException if a file is missing or damaged, or holds
   *     another model
   */
  public void restore(String prefix) {
    updates = files.restore(session, prefix);
  }

  /**
   * Returns the gradient of the outer loss, without an update.
   *
   * @return by name of the trained weight; under {@code rates} that of the inner rates as they are
   *     stored [J, K]
   */
  public Map<String, double[]> gradients(TaskBatch batch, long seed) {
    Bucket bucket = bucket(batch.shape());
    return fetchAll(bucket, bucket.training().gradients, batch, ofPass(seed, 0));
  }

  /**
   * Returns the adapted weights.
   *
   * @return by name [N, ...]
   */
  public Map<String, double[]> adapt(TaskBatch batch) {
    Bucket bucket = bucket(batch.shape());
    return fetchAll(bucket, bucket.evaluation.under("adapted", type), batch, 0);
  }

  private Map<String, double[]> fetchAll(
      Bucket bucket, Map<String, Operand<T>> operands, TaskBatch batch, long seed) {
    Session.Runner runner = session.runner();
    operands.values().forEach(runner::fetch);
    Map<String, double[]> values = new LinkedHashMap<>();
    try (FedTensors<T> feeds = feeds(bucket, batch, seed);
        Result fetched = feeds.into(runner).run()) {
      int i = 0;
      for (String name : operands.keySet()) {
        values.put(name, HostTensors.toDoubles(fetched.get(i++)));
      }
    }
    return values;
  }

  private static long ofPass(long seed, int pass) {
    return RandomSeed.of(seed, "pass", pass);
  }

  private Session.Runner fetches(Tensors results) {
    Session.Runner runner = session.runner();
    PassResult.FETCHES.forEach(name -> runner.fetch(results.get(name)));
    return runner;
  }

  private Bucket bucket(TaskShape shape) {
    Bucket bucket = buckets.get(shape);
    if (bucket == null) {
      throw new IllegalArgumentException(
          "batch shape %s must be one of those of the program %s"
              .formatted(shape, buckets.keySet()));
    }
    return bucket;
  }

  private FedTensors<T> feeds(Bucket bucket, TaskBatch batch, long seed) {
    return FedTensors.of(bucket.feeds, batch, seed, type);
  }

  private FedTensors<T> feeds(OuterRates learningRates, long number) {
    return new FedTensors<>(type)
        .put(update().weightsRate, learningRates.weights())
        .put(update().ratesRate, learningRates.rates())
        .put(update().step, (double) number);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
