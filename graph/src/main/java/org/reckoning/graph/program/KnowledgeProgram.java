package org.reckoning.graph.program;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.DecodedTexts;
import org.reckoning.graph.decoding.Decoder;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.decoding.Prompts;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Questions;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.unroll.LossSegments;
import org.reckoning.graph.unroll.QuestionScores;
import org.reckoning.graph.unroll.UnrolledPass;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.variables.VariableFiles;
import org.reckoning.graph.variables.Variables;
import org.reckoning.graph.variables.WeightSource;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A model that encodes facts into its weights once and then answers any number of questions.
 * Separate variables hold the adapted weights and the initial weights.
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
 * <p>It holds the facts of one task at a time: N = 1. The first batch of a new shape extends the
 * graph. With micro-batches the shape is that of a micro-batch, and memory and compile time do not
 * depend on the number of facts. Not thread-safe.
 */
public final class KnowledgeProgram<T extends TNumber> implements AutoCloseable {

  /** Receives the progress of an encoding. */
  @FunctionalInterface
  public interface EncodingProgress {
    /**
     * Is called after each micro-batch of facts, on the thread that encodes.
     *
     * @param microBatches number of micro-batches so far, from 1
     * @param of number of micro-batches of all K inner steps and of the loss after the last step; 1
     *     if all facts are encoded in one run
     */
    void encoded(int microBatches, int of);
  }

  private final ModelSession<T> model;
  private final Variables<T> adapted;
  private final List<Op> forgetting;
  private final VariableFiles files;
  private final Map<TaskShape, Encoding<T>> encodings = new LinkedHashMap<>();
  private final Map<TaskShape, MicroBatchEncoding<T>> microBatchEncodings = new LinkedHashMap<>();
  private MicroBatchEncoding.@Nullable Kept<T> kept;
  private final KeptPrefix<T> prefix;
  private final Map<TaskShape, Asking<T>> askings = new LinkedHashMap<>();

  /** Feeds and fetches of the inner loop over facts of one shape. */
  private record Encoding<T extends TNumber>(
      Facts<T> feeds, Operand<T> innerLosses, List<Op> keep) {}

  /**
   * Feeds and fetches of questions of one shape. The fed lengths say how many tokens of the kept
   * prefix they continue.
   */
  private record Asking<T extends TNumber>(
      Questions feeds,
      @Nullable Operand<TInt32> prefixLengths,
      QuestionScores<T> scores,
      DecodedTexts<T> texts) {

    FedTensors<T> fed(FedTensors<T> feeding, TaskBatch questions) {
      feeding.put(feeds, questions);
      return prefixLengths == null
          ? feeding
          : feeding.put(prefixLengths, questions.prefixLengths());
    }
  }

  private KnowledgeProgram(ModelSession<T> model) {
    this.model = model;
    Ops tf = model.tf();
    MetaParameters<T> parameters = model.parameters();
    Map<String, Shape> adaptedShapes = new LinkedHashMap<>();
    model.layout().adapted().forEach(name -> adaptedShapes.put(name, model.layout().shape(name)));
    adapted = new Variables<>(tf, "adapted", adaptedShapes, model.type());
    prefix = new KeptPrefix<>(model, this::weights);
    forgetting = adapted.assignments(tf.withSubScope("forget"), parameters.weights().reads());
    files =
        VariableFiles.of(
            tf.withSubScope("files"), parameters.weights(), parameters.rates(), List.of());
  }

  /**
   * Builds a program without facts and questions.
   *
   * @param config configuration; its shapes are ignored
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration is invalid
   * @throws IllegalStateException if the configuration uses XLA and XLA cannot compile here
   */
  public static <T extends TNumber> KnowledgeProgram<T> build(BilevelConfig config, Class<T> type) {
    WeightLayout layout = WeightLayout.checked(config, type);
    return ModelSession.build(config, layout, type, KnowledgeProgram<T>::new);
  }

  /**
   * Restores weights and inner rates from a checkpoint and forgets all facts.
   *
   * @param file prefix of the files, as given to {@link BilevelProgram#save}
   * @throws org.tensorflow.exceptions.TensorFlowException if a file is missing or damaged, or has
   *     another model; some variables may then have the values of the file
   */
  public void restore(String file) {
    try {
      files.restore(model.session(), file);
    } catch (RuntimeException | Error e) {
      forgetAfter(e);
      throw e;
    }
    forget();
  }

  /**
   * Sets all weights from a source, sets the inner rates to their initial values, and forgets all
   * facts.
   *
   * @param source source of the weights, in single precision; the variables take over its tensors
   * @param seed seed of the weights that the source lacks
   * @throws IOException if the source fails; no variable is then changed
   */
  public void initialize(WeightSource source, long seed) throws IOException {
    try {
      model.initialize(source, seed);
    } catch (RuntimeException | IOException | Error e) {
      forgetAfter(e);
      throw e;
    }
    forget();
  }

  /**
   * Sets the stored inner rates: logarithms, or the rates themselves if the configuration says so.
   *
   * @param stored [J, K], a row for each adapted weight in the order of {@link
   *     WeightLayout#adapted}
   * @throws IllegalArgumentException if the shape is wrong
   */
  public void assignStoredRates(TFloat32 stored) {
    model.assignStoredRates(stored);
  }

  /** Forgets all facts after a failure, which stays the one to report. */
  private void forgetAfter(Throwable failure) {
    try {
      forget();
    } catch (RuntimeException e) { // without initial weights
      failure.addSuppressed(e);
    }
  }

  /** Resets the adapted weights to the initial weights. */
  public void forget() {
    prefix.forget();
    for (Op op : forgetting) { // one at a time, to limit memory
      model.runner().addTarget(op).run().close();
    }
  }

  /**
   * Encodes facts by K inner steps from the initial weights. Earlier facts have no effect.
   *
   * @param facts a batch of one task; its questions are ignored
   * @return the inner loss ({@link BilevelConfig#innerLoss}) before each step and after the last
   *     [K+1]
   * @throws NotFiniteException if a loss is not finite; earlier facts are then forgotten
   */
  public double[] encode(TaskBatch facts) {
    return encode(facts, (microBatches, of) -> {});
  }

  /**
   * Encodes facts, as {@link #encode(TaskBatch)} does, and reports its progress.
   *
   * @param facts a batch of one task; its questions are ignored
   * @param progress receives the progress; if it throws, earlier facts are forgotten
   * @return the inner loss ({@link BilevelConfig#innerLoss}) before each step and after the last
   *     [K+1]
   * @throws NotFiniteException if a loss is not finite; earlier facts are then forgotten
   */
  public double[] encode(TaskBatch facts, EncodingProgress progress) {
    TaskShape shape = single(facts.shape());
    TaskModel<T> tasks = model.model(new TaskShape(1, shape.facts(), shape.factTokens(), 1, 2));
    prefix.forget();
    try {
      return tasks.splitsFacts()
          ? inMicroBatches(tasks, facts, progress)
          : atOnce(tasks, facts, progress);
    } catch (RuntimeException | Error e) {
      forgetAfter(e);
      throw e;
    }
  }

  private double[] inMicroBatches(TaskModel<T> tasks, TaskBatch facts, EncodingProgress progress) {
    forget();
    if (kept == null) {
      kept = MicroBatchEncoding.Kept.of(model.tf(), model, adapted);
    }
    MicroBatchEncoding.Kept<T> variables = kept;
    return microBatchEncodings
        .computeIfAbsent(
            tasks.microBatch().shape(),
            each -> new MicroBatchEncoding<>(encodingScope(), model, tasks, variables))
        .encode(facts, progress);
  }

  private double[] atOnce(TaskModel<T> tasks, TaskBatch facts, EncodingProgress progress) {
    Encoding<T> encoding = encodings.computeIfAbsent(tasks.shape(), each -> encoding(tasks));
    double[] losses;
    try (FedTensors<T> feeds = model.feeds().put(encoding.feeds(), facts)) {
      Session.Runner runner = feeds.into(model.runner()).fetch(encoding.innerLosses());
      encoding.keep().forEach(runner::addTarget);
      try (Result fetched = runner.run()) {
        losses = HostTensors.toDoubles(fetched.get(0));
      }
    }
    progress.encoded(1, 1);
    for (int k = 0; k < losses.length; k++) {
      NotFiniteException.require("inner loss after %d inner steps".formatted(k), losses[k]);
    }
    return losses;
  }

  private Ops encodingScope() {
    return model.tf().withSubScope("encode_" + (encodings.size() + microBatchEncodings.size()));
  }

  private Encoding<T> encoding(TaskModel<T> tasks) {
    Ops scope = encodingScope();
    Facts<T> feeds =
        Facts.of(Facts.specs(tasks).placeholders(scope.withSubScope("feeds")), model.type());
    UnrolledPass<T> pass = new UnrolledPass<>(tasks, false);
    MetaParameters<T> parameters = model.parameters();
    UnrolledPass.Encoding<T> encoded =
        pass.encode(
            scope, parameters.weights().reads(), parameters.emitRates(scope).orElse(null), feeds);
    Map<String, Operand<T>> values = new LinkedHashMap<>();
    encoded
        .adapted()
        .forEach(
            (name, value) -> values.put(name, scope.squeeze(value, Squeeze.axis(List.of(0L)))));
    return new Encoding<>(
        feeds, encoded.innerLosses(), adapted.assignments(scope.withSubScope("keep"), values));
  }

  /**
   * Reads the prefix of a task with the adapted weights, and keeps its keys and values. Questions
   * with a prefix then cost their own tokens only. The next encoding forgets the prefix.
   *
   * @param task a batch of one task with a prefix; its facts and questions are ignored
   */
  public void read(TaskBatch task) {
    single(task.shape());
    prefix.read(task);
  }

  /**
   * Scores the targets of questions with the adapted weights.
   *
   * @param questions a batch of one task; its facts are ignored, and its prefix must be the
   *     beginning of the one that was read
   * @return the summed loss of the targets of each question [Q], in nats; 0 for padding
   * @throws NotFiniteException if a loss is not finite
   */
  public double[] score(TaskBatch questions) {
    Asking<T> asking = asking(questions);
    try (FedTensors<T> feeds = asking.fed(model.feeds(), questions);
        Result fetched = feeds.into(model.runner()).fetch(asking.scores().loss()).run()) {
      double[] losses = HostTensors.toDoubles(fetched.get(0));
      NotFiniteException.require("loss of a question", losses);
      return losses;
    }
  }

  /**
   * Continues the prompts of questions with the adapted weights. {@code questionTokens} of the
   * shape limits the number of tokens of a text.
   *
   * @param questions a batch of one task; its facts and all tokens after a prompt are ignored, and
   *     its prefix must be the beginning of the one that was read
   * @throws NotFiniteException if a log-probability of a new token is not finite
   */
  public Generation generate(TaskBatch questions, Decoding decoding) {
    Asking<T> asking = asking(questions);
    TaskBatch prompts = questions.prompts();
    try (FedTensors<T> feeds = asking.fed(model.feeds(), prompts)) {
      return model.generate(prompts, feeds, asking.texts(), decoding);
    }
  }

  private Asking<T> asking(TaskBatch questions) {
    TaskShape shape = single(questions.shape());
    prefix.require(questions);
    return askings.computeIfAbsent(
        new TaskShape(1, 1, 2, shape.questions(), shape.questionTokens(), shape.prefixTokens()),
        this::asking);
  }

  private Asking<T> asking(TaskShape shape) {
    Ops scope = model.tf().withSubScope("ask_" + askings.size());
    TaskModel<T> tasks = model.model(shape);
    Questions feeds =
        Questions.of(Questions.specs(shape).placeholders(scope.withSubScope("feeds")));
    Weights<T> weights = weights(scope.withSubScope("weights"), tasks);
    Operand<TInt32> prefixLengths = null;
    PrefixCache<T> read = PrefixCache.none();
    if (shape.prefixTokens() > 0) {
      Ops before = scope.withSubScope("prefix");
      prefixLengths = before.placeholder(TInt32.class, Placeholder.shape(Shape.of(1, 1)));
      read = prefix.of(shape.prefixTokens(), prefixLengths);
    }
    QuestionScores<T> scores =
        LossSegments.score(scope.withSubScope("score"), tasks, weights, read, feeds);
    Decoder<T> decoder = new Decoder<>(tasks);
    Ops generate = scope.withSubScope("generate");
    Prompts prompts = new Prompts(feeds.tokens(), feeds.lengths(), scope.constant(new long[] {0}));
    return new Asking<>(
        feeds,
        prefixLengths,
        scores,
        decoder.decode(generate, weights, read, prompts, model.decoding()));
  }

  /** Emits the adapted weights with a task axis of size 1. */
  private Weights<T> weights(Ops tf, TaskModel<T> tasks) {
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    adapted.reads().forEach((name, read) -> theta.put(name, tf.expandDims(read, tf.constant(0))));
    return new Weights<>(theta, tasks.shared(tf, model.parameters().weights().reads()));
  }

  private static TaskShape single(TaskShape shape) {
    if (shape.tasks() != 1) {
      throw new IllegalArgumentException(
          "tasks (%d) must be 1: one body of knowledge is kept at a time".formatted(shape.tasks()));
    }
    return shape;
  }

  /** Returns the static graph, for inspection. */
  public Graph graph() {
    return model.graph();
  }

  @Override
  public void close() {
    model.close();
  }
}
