package org.reckoning.graph.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.CachedGpt2;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/** The model on tasks of one shape, shared by all segments of a bucket. */
public final class TaskModel<T extends TNumber> {
  /**
   * Limit on the logits of one part: 64 MB in float32, or 333 positions with the vocabulary of
   * GPT-2.
   */
  private static final long LOGITS_OF_A_PART = 1 << 24;

  private final BilevelConfig config;
  private final WeightLayout layout;
  private final TaskShape shape;
  private final Class<T> type;
  private final int microFacts;
  private final boolean isMicroBatch;

  /**
   * Creates a model.
   *
   * @param config configuration; its shapes are ignored
   * @param layout names and roles of the weights
   * @param shape shape of the tasks
   * @param type dtype of the weights
   */
  public TaskModel(BilevelConfig config, WeightLayout layout, TaskShape shape, Class<T> type) {
    this(config, layout, shape, type, config.microFacts(shape), false);
  }

  private TaskModel(
      BilevelConfig config,
      WeightLayout layout,
      TaskShape shape,
      Class<T> type,
      int microFacts,
      boolean isMicroBatch) {
    this.config = config;
    this.layout = layout;
    this.shape = shape;
    this.type = type;
    this.microFacts = microFacts;
    this.isMicroBatch = isMicroBatch;
  }

  /** Returns this model on another number of tasks, with micro-batches of as many facts. */
  public TaskModel<T> withTasks(int tasks) {
    return new TaskModel<>(config, layout, shape.withTasks(tasks), type, microFacts, isMicroBatch);
  }

  /**
   * Returns this model on a micro-batch of facts, or this model if it takes all facts at once. Its
   * segments do not depend on the number of facts of a task.
   */
  public TaskModel<T> microBatch() {
    return splitsFacts()
        ? new TaskModel<>(config, layout, shape.withFacts(microFacts), type, microFacts, true)
        : this;
  }

  /** Returns whether the facts of a task are more than a micro-batch. */
  public boolean splitsFacts() {
    return microFacts < shape.facts();
  }

  /** Returns whether the facts are a micro-batch of those of a task. */
  public boolean isMicroBatch() {
    return isMicroBatch;
  }

  /** Pads a tensor of facts [N, F, ...] with zeros and splits it into micro-batches [N, M, ...]. */
  public <U extends TType> List<Operand<U>> microBatches(Ops tf, Operand<U> facts) {
    int count = (shape.facts() + microFacts - 1) / microFacts;
    int[][] padding = new int[facts.shape().numDimensions()][2];
    padding[1][1] = count * microFacts - shape.facts();
    Operand<U> padded = facts;
    if (padding[1][1] > 0) {
      Operand<U> zero = tf.dtypes.cast(tf.constant(0), facts.type());
      padded = tf.pad(facts, tf.constant(padding), zero);
    }
    return List.copyOf(tf.split(tf.constant(1), padded, (long) count).output());
  }

  public BilevelConfig config() {
    return config;
  }

  public WeightLayout layout() {
    return layout;
  }

  public TaskShape shape() {
    return shape;
  }

  public Class<T> type() {
    return type;
  }

  /** Returns the names of the state tensors that the inner optimizer keeps for each weight. */
  public List<String> slots() {
    return config.innerOptimizer().slots();
  }

  /** Returns the shapes of the adapted weights, [N, ...]. */
  public Map<String, Shape> thetaShapes() {
    return layout.withTaskAxis(layout.adapted(), shape.tasks());
  }

  /** Returns the shapes of the shared weights, which the inner loop does not adapt, [1, ...]. */
  public Map<String, Shape> sharedShapes() {
    return layout.withTaskAxis(layout.shared(), 1);
  }

  /** Returns the shapes of the shared weights that the outer loop trains, [1, ...]. */
  public Map<String, Shape> trainedSharedShapes() {
    return layout.withTaskAxis(layout.trainedShared(), 1);
  }

  /** Emits the shared weights [1, ...] from weights without a task axis. */
  public Map<String, Operand<T>> shared(Ops tf, Map<String, Operand<T>> weights) {
    Map<String, Operand<T>> shared = new LinkedHashMap<>();
    for (String name : layout.shared()) {
      Operand<T> weight = Objects.requireNonNull(weights.get(name), name);
      shared.put(name, tf.expandDims(weight, tf.constant(0)));
    }
    return shared;
  }

  /**
   * Scores facts.
   *
   * @param masks seed and rate of dropout
   * @param nudge a zero that the activations depend on, or null
   */
  public LanguageModelLoss<T> score(
      Ops tf, Weights<T> weights, Facts<T> facts, Masks masks, @Nullable Operand<T> nudge) {
    return LanguageModelLoss.of(
        tf.withSubScope("facts"),
        gpt2(masks, "facts"),
        weights.parameters(),
        facts.tokens(),
        facts.lengths(),
        nudge);
  }

  /** Scores questions. */
  public LanguageModelLoss<T> score(Ops tf, Weights<T> weights, Questions questions, Masks masks) {
    return LanguageModelLoss.of(
        tf.withSubScope("questions"),
        gpt2(masks, "questions"),
        weights.parameters(),
        questions.tokens(),
        questions.lengths(),
        null);
  }

  /**
   * Scores facts without derivatives and dropout. Only a part of the logits is in memory at a time.
   */
  public LanguageModelLoss<T> evaluate(Ops tf, Weights<T> weights, Facts<T> facts) {
    return evaluate(
        tf.withSubScope("facts"), weights, PrefixCache.none(), facts.tokens(), facts.lengths());
  }

  /**
   * Scores questions that continue a prefix, without derivatives and dropout. Only a part of the
   * logits is in memory at a time.
   */
  public LanguageModelLoss<T> evaluate(
      Ops tf, Weights<T> weights, PrefixCache<T> prefix, Questions questions) {
    return evaluate(
        tf.withSubScope("questions"), weights, prefix, questions.tokens(), questions.lengths());
  }

  private LanguageModelLoss<T> evaluate(
      Ops tf,
      Weights<T> weights,
      PrefixCache<T> prefix,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths) {
    Gpt2<T> gpt2 = gpt2(Dropout.none());
    return LanguageModelLoss.inParts(
        tf, gpt2.after(prefix), weights.parameters(), tokens, lengths, LOGITS_OF_A_PART);
  }

  /**
   * Emits the inner loss of each task, or the part of a micro-batch in it [N].
   *
   * @param scores losses of the facts
   */
  public Operand<T> innerLoss(Ops tf, LanguageModelLoss<T> scores, Facts<T> facts) {
    Operand<T> number = facts.scoredOfTask();
    if (number == null) {
      number = LanguageModelLoss.scoredSequences(tf, facts.targets());
    }
    Operand<T> divisor =
        switch (config.innerLoss()) {
          case MEAN -> number;
          case ROOT -> tf.math.sqrt(number);
          case SUM -> tf.onesLike(number);
        };
    return scores.taskLosses(tf, facts.targets(), divisor);
  }

  private Gpt2<T> gpt2(Masks masks, String purpose) {
    return gpt2(new Dropout<>(masks.rate(), masks.seed(), purpose));
  }

  private Gpt2<T> gpt2(Dropout<T> dropout) {
    return new Gpt2<>(config.model(), config.lora(), dropout, config.matmulDtype());
  }

  /** Returns the model for decoding. */
  public CachedGpt2<T> cachedGpt2() {
    return new CachedGpt2<>(config.model(), config.lora(), config.matmulDtype());
  }

  /**
   * Seed and rate of the dropout masks of one call.
   *
   * @param rate fraction of the activations that a mask sets to 0
   * @param seed seed of the masks, a scalar
   */
  public record Masks(double rate, Operand<TInt64> seed) {}

  /** Returns whether the outer gradient includes the Hessian term of step {@code k}. */
  public boolean isExact(int k) {
    return config.gradientMode().isExact(k, config.innerSteps());
  }

  /** Returns whether the outer gradient includes the Hessian term of any step. */
  public boolean anyExact() {
    return config.innerSteps() > 0 && isExact(config.innerSteps() - 1);
  }

  /** Returns whether the outer gradient omits the Hessian term of any step. */
  public boolean anyFirstOrder() {
    return config.innerSteps() > 0 && !isExact(0);
  }

  /** Calls a segment, compiled if the configuration requires it. */
  public Tensors call(Ops tf, Segment segment, Tensors arguments) {
    return segment.call(tf, arguments, config.xla().compiles());
  }
}
