package org.reckoning.graph.bilevel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.gpt2.Gpt2Initializer;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaCheck;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
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
  /** Keeps the dropout of the passes of one update apart from that of updates with near seeds. */
  private static final long PASS_SEED_STRIDE = 0xD1342543DE82EF95L;

  private final BilevelConfig config;
  private final WeightLayout layout;
  private final Class<T> type;
  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.root(graph);
  private final Session session;
  private final Variables<T> weights;
  private final Variables<T> rates;
  private final Variables<T> firstMoments;
  private final Variables<T> secondMoments;
  private final Variables<T> accumulators;
  private final Operand<TInt64> initialSeed;
  private final List<Op> initializers;
  private final Operand<T> weightsRate;
  private final Operand<T> ratesRate;
  private final Operand<T> step;
  private final Segment apply;
  private final Operand<T> normsOfAccumulated;
  private final DecodingFeeds<T> decodingFeeds;
  private final VariableFiles files;
  private final Map<TaskShape, Bucket> buckets = new LinkedHashMap<>();
  private long updates;

  /** Feeds and fetches of one shape. */
  private final class Bucket {
    private final Ops tf;
    private final TaskShape shape;
    final GroupedPass<T> pass;
    final Tensors feeds = new Tensors();
    final Tensors evaluation;
    private @Nullable Tensors generation;
    private final Tensors in;
    private final @Nullable Training training;

    Bucket(Ops tf, TaskShape shape, boolean trains) {
      this.tf = tf;
      this.shape = shape;
      TaskModel<T> model = new TaskModel<>(config, layout, shape, type);
      pass = new GroupedPass<>(model, trains);
      Ops feedScope = tf.withSubScope("feeds");
      model
          .factSpecs()
          .all(model.questionSpecs())
          .asMap()
          .forEach((name, spec) -> feeds.put(name, spec.placeholder(feedScope, name)));
      in = new Tensors().putAll("weights", weights.reads()).putAll(feeds);
      Operand<T> stored = rates.reads().get(OuterUpdate.RATES);
      if (stored != null) {
        in.put("rates", isLog() ? tf.math.exp(stored) : stored);
      }
      training = trains ? new Training(tf, pass.train(tf.withSubScope("train"), in), in) : null;
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

  /** What a training step of one shape fetches and runs. */
  private final class Training {
    final Tensors results;
    final Map<String, Operand<T>> gradients;
    final Operand<T> normsOfApplied;
    final List<Op> accumulateFirst;
    final List<Op> accumulateNext;

    Training(Ops tf, Tensors results, Tensors in) {
      this.results = results;
      gradients = results.under("gradient", type);
      if (config.innerSteps() > 0 && config.innerRates().learned()) {
        Operand<T> d = results.get("d_rates", type);
        gradients.put(
            OuterUpdate.RATES,
            isLog() ? tf.math.mul(d, in.get("rates", type)) : d); // d exp(r) = exp(r) dr
      }
      normsOfApplied = applied(tf.withSubScope("apply"), gradients, results.get("check", type));
      accumulateFirst = accumulators.assignments(tf.withSubScope("accumulate_first"), gradients);
      accumulateNext = accumulators.additions(tf.withSubScope("accumulate_next"), gradients);
    }
  }

  private BilevelProgram(BilevelConfig config, WeightLayout layout, Class<T> type) {
    this.config = config;
    this.layout = layout;
    this.type = type;
    weights = new Variables<>(tf, "weights", layout.shapes(), type);
    Map<String, Shape> rateShapes =
        config.innerSteps() == 0
            ? Map.of()
            : Map.of(OuterUpdate.RATES, Shape.of(layout.adapted().size(), config.innerSteps()));
    rates = new Variables<>(tf, "inner_rates", rateShapes, type);
    Map<String, Shape> updated = new LinkedHashMap<>();
    layout.trained().forEach(name -> updated.put(name, layout.shape(name)));
    if (config.innerRates().learned()) {
      updated.putAll(rateShapes);
    }
    firstMoments = new Variables<>(tf, "adam_m", updated, type);
    secondMoments = new Variables<>(tf, "adam_v", updated, type);
    accumulators = new Variables<>(tf, "accumulated", updated, type);
    initialSeed =
        tf.withName("initial_seed").placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    initializers =
        weights.assignments(
            tf.withSubScope("initialize"), initialValues(tf.withSubScope("initial")));

    weightsRate = scalarFeed(tf, "outer_rate.weights");
    ratesRate = scalarFeed(tf, "outer_rate.rates");
    step = scalarFeed(tf, "outer_step");
    decodingFeeds = new DecodingFeeds<>(tf.withSubScope("decoding"), type);
    apply = new OuterUpdate<>(config.outerOptimizer(), updated, type).define();
    Ops accumulated = tf.withSubScope("apply_accumulated");
    normsOfAccumulated =
        applied(accumulated, accumulators.reads(), Scalars.of(accumulated, type, 0));
    for (int i = 0; i < config.shapes().size(); i++) {
      Ops scope = config.shapes().size() == 1 ? tf : tf.withSubScope("bucket_" + i);
      buckets.put(config.shapes().get(i), new Bucket(scope, config.shapes().get(i), true));
    }
    files = VariableFiles.of(tf.withSubScope("files"), weights, rates, firstMoments, secondMoments);
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
    if (type != TFloat32.class && type != TFloat64.class) {
      throw new IllegalArgumentException(
          "dtype (%s) of a program must be TFloat32 or TFloat64".formatted(type.getSimpleName()));
    }
    WeightLayout layout = new WeightLayout(config);
    boolean learnsRates = config.innerRates().learned() && config.innerSteps() > 0;
    if (layout.trained().isEmpty() && !learnsRates) {
      throw new IllegalArgumentException(
          "nothing is trained: give a pattern of trained weights or learned inner rates");
    }
    if (config.xla().compiles()) {
      XlaCheck.require();
    }
    return new BilevelProgram<>(config, layout, type);
  }

  private Map<String, Operand<T>> initialValues(Ops tf) {
    Map<String, Operand<T>> values = new LinkedHashMap<>();
    layout
        .shapes()
        .forEach(
            (name, shape) ->
                values.put(
                    name,
                    Gpt2Initializer.initialValue(
                        tf.withSubScope(name), config.model(), name, shape, initialSeed, type)));
    return values;
  }

  private Operand<T> scalarFeed(Ops tf, String name) {
    return tf.withName(name).placeholder(type, Placeholder.shape(Shape.scalar()));
  }

  private Operand<T> applied(Ops tf, Map<String, Operand<T>> gradients, Operand<T> check) {
    Map<String, Operand<? extends TType>> handles = new LinkedHashMap<>(weights.handles());
    handles.putAll(rates.handles());
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
    return apply.call(tf, arguments, config.xla() != XlaMode.OFF).get("squared_norms", type);
  }

  private boolean isLog() {
    return config.innerRates().space() == InnerRates.Space.LOG;
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
    segments.add(apply);
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
    try (TInt64 value = TInt64.scalarOf(seed)) {
      for (Op initializer :
          initializers) { // one at a time, so that few initial values are alive at once
        session.runner().feed(initialSeed, value).addTarget(initializer).run().close();
      }
    }
    resetRatesAndOuterState();
  }

  /**
   * Sets all weights, the inner rates to their initial values, and the state of the outer optimizer
   * to 0.
   *
   * @param values by name, in the order of {@link WeightLayout#shapes}, row by row
   * @throws IllegalArgumentException if names or sizes are not those of the layout
   */
  public void initialize(Map<String, double[]> values) {
    Set<String> missing = new LinkedHashSet<>(layout.shapes().keySet());
    missing.removeAll(values.keySet());
    Set<String> unknown = new LinkedHashSet<>(values.keySet());
    unknown.removeAll(layout.shapes().keySet());
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "weights given must be those of the model; missing: %s, unknown: %s"
              .formatted(missing, unknown));
    }
    values.forEach(
        (name, numbers) -> {
          Shape shape = layout.shape(name);
          if (numbers.length != shape.size()) {
            throw new IllegalArgumentException(
                "weight '%s' must have %d values, for shape %s, but has %d"
                    .formatted(name, shape.size(), shape, numbers.length));
          }
        });
    values.forEach(
        (name, numbers) -> {
          try (Tensor tensor = HostTensors.of(type, layout.shape(name), numbers)) {
            weights.assign(session, name, tensor);
          }
        });
    resetRatesAndOuterState();
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
    Map<String, Tensor> given = new LinkedHashMap<>();
    List<Op> random = new ArrayList<>();
    try (TInt64 fed = TInt64.scalarOf(seed)) {
      Iterator<Op> initializer = initializers.iterator(); // in the order of the layout
      for (String name : layout.shapes().keySet()) {
        Op drawn = initializer.next();
        TFloat32 read = source.read(name);
        if (read == null) {
          random.add(drawn);
        } else {
          given.put(name, ofType(read));
        }
      }
      weights.assign(session, given);
      for (Op each : random) {
        session.runner().feed(initialSeed, fed).addTarget(each).run().close();
      }
    } finally {
      given.values().forEach(Tensor::close);
    }
    resetRatesAndOuterState();
  }

  /**
   * Returns the numbers in the dtype of the program; the tensor that is given is no longer used.
   */
  private Tensor ofType(TFloat32 read) {
    if (type == TFloat32.class) {
      return read;
    }
    try (read) {
      return HostTensors.of(type, read.shape(), HostTensors.toDoubles(read));
    }
  }

  private void resetRatesAndOuterState() {
    double[][] initial = new double[layout.adapted().size()][config.innerSteps()];
    for (double[] row : initial) {
      Arrays.fill(row, config.innerRates().initial());
    }
    assignRates(initial);
    firstMoments.zero(session);
    secondMoments.zero(session);
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
    int tensors = layout.adapted().size();
    int steps = config.innerSteps();
    double[] flat = new double[tensors * steps];
    if (values.length != tensors) {
      throw new IllegalArgumentException(
          "rates of %d tensors must be [adapted tensors, inner steps] = [%d, %d]"
              .formatted(values.length, tensors, steps));
    }
    for (int j = 0; j < tensors; j++) {
      if (values[j].length != steps) {
        throw new IllegalArgumentException(
            "rates of '%s' [%d] must be one for each inner step [%d]"
                .formatted(layout.adapted().get(j), values[j].length, steps));
      }
      for (int k = 0; k < steps; k++) {
        double rate = values[j][k];
        if (!Double.isFinite(rate) || (isLog() && rate <= 0)) {
          throw new IllegalArgumentException(
              "inner rate (%s) of '%s' in step %d must be %s"
                  .formatted(
                      rate,
                      layout.adapted().get(j),
                      k,
                      isLog() ? "positive in log space" : "finite"));
        }
        flat[j * steps + k] = isLog() ? Math.log(rate) : rate;
      }
    }
    if (steps > 0) {
      try (Tensor tensor = HostTensors.of(type, Shape.of(tensors, steps), flat)) {
        rates.assign(session, OuterUpdate.RATES, tensor);
      }
    }
  }

  /** Returns the inner rates themselves [J, K]. */
  public double[][] rates() {
    int steps = config.innerSteps();
    double[][] values = new double[layout.adapted().size()][steps];
    if (steps > 0) {
      try (Tensor tensor = rates.read(session, OuterUpdate.RATES)) {
        double[] flat = HostTensors.toDoubles(tensor);
        for (int i = 0; i < flat.length; i++) {
          values[i / steps][i % steps] = isLog() ? Math.exp(flat[i]) : flat[i];
        }
      }
    }
    return values;
  }

  /** Returns a weight, row by row. */
  public double[] weight(String name) {
    try (Tensor tensor = weights.read(session, name)) {
      return HostTensors.toDoubles(tensor);
    }
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
    if (passes.isEmpty()) {
      throw new IllegalArgumentException("an update needs at least one pass");
    }
    List<PassResult> results = new ArrayList<>();
    if (passes.size() == 1) {
      return step(passes.get(0), learningRates, seed, Session.Runner::run);
    }
    for (int i = 0; i < passes.size(); i++) {
      TaskBatch batch = passes.get(i);
      Bucket bucket = bucket(batch.shape());
      Training training = bucket.training();
      Session.Runner runner = fetches(training.results);
      (i == 0 ? training.accumulateFirst : training.accumulateNext).forEach(runner::addTarget);
      try (Feeds feeds = new Feeds(bucket, batch, seed + i * PASS_SEED_STRIDE);
          Result fetched = feeds.into(runner).run()) {
        results.add(new PassResult(batch, config.outerTerms(), fetched).requireFinite());
      }
    }
    try (Feeds outer = new Feeds(learningRates, updates + 1);
        Result fetched = outer.into(session.runner()).fetch(normsOfAccumulated).run()) {
      return updated(results, HostTensors.toDoubles(fetched.get(0)));
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
    try (Feeds feeds = new Feeds(bucket, batch, seed);
        Feeds outer = new Feeds(learningRates, updates + 1);
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
    for (String name : firstMoments.shapes().keySet()) {
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
    try (Feeds feeds = new Feeds(bucket, batch, 0);
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
    try (Feeds feeds = new Feeds(bucket, prompts, 0);
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
    return fetchAll(bucket, bucket.training().gradients, batch, seed);
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
    try (Feeds feeds = new Feeds(bucket, batch, seed);
        Result fetched = feeds.into(runner).run()) {
      int i = 0;
      for (String name : operands.keySet()) {
        values.put(name, HostTensors.toDoubles(fetched.get(i++)));
      }
    }
    return values;
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

  /** Tensors that are fed to one run. */
  private final class Feeds implements AutoCloseable {
    private final Map<Operand<?>, Tensor> tensors = new LinkedHashMap<>();

    Feeds(Bucket bucket, TaskBatch batch, long seed) {
      put(bucket, "facts/tokens", batch.factTokens);
      put(bucket, "facts/lengths", batch.factLengths);
      put(bucket, "facts/targets", batch.factTargets);
      put(bucket, "facts/relevant", batch.factRelevant);
      put(bucket, "questions/tokens", batch.questionTokens);
      put(bucket, "questions/lengths", batch.questionLengths);
      put(bucket, "questions/spans", batch.questionSpans);
      put(bucket, "task_weights", batch.taskWeights);
      tensors.put(bucket.feeds.get("seed"), TInt64.scalarOf(seed));
    }

    Feeds(OuterRates learningRates, long number) {
      put(weightsRate, learningRates.weights());
      put(ratesRate, learningRates.rates());
      put(step, (double) number);
    }

    private void put(Bucket bucket, String name, int[] values) {
      Operand<?> feed = bucket.feeds.get(name);
      tensors.put(feed, HostTensors.of(feed.shape(), values));
    }

    private void put(Bucket bucket, String name, double[] values) {
      put(bucket.feeds.get(name), values);
    }

    private void put(Operand<?> feed, double... values) {
      tensors.put(feed, HostTensors.of(type, feed.shape(), values));
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

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
