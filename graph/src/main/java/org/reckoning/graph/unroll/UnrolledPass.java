package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.inner.BlockUpdates;
import org.reckoning.graph.inner.Cotangents;
import org.reckoning.graph.inner.InnerPullbacks;
import org.reckoning.graph.inner.InnerStep;
import org.reckoning.graph.inner.InnerTrajectory;
import org.reckoning.graph.inner.Iterate;
import org.reckoning.graph.inner.StepArguments;
import org.reckoning.graph.inner.WeightProducts;
import org.reckoning.graph.inner.Zeros;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * A pass over N tasks, with the inner steps, the outer loss and, in training, the pullbacks.
 *
 * <pre>{@code
 * theta_0 -> inner_0 -> inner_1 -> .. -> inner_K-1 -> outer -> pullback_K-1 -> .. -> pullback_0 -> gradient of theta_0
 * }</pre>
 *
 * <p>XLA compiles each segment once, and the pass calls an inner step and its pullback K times.
 * {@code XlaMode.WHOLE} compiles the same calls into one function. Each call has its own seed of
 * dropout; a pullback has the seed of its inner step.
 */
public final class UnrolledPass<T extends TNumber> {
  /** Path of the results of a segment that hold the kept matrix products of an inner step. */
  public static final String KEPT_PRODUCTS = WeightProducts.PATH;

  private final TaskModel<T> model;
  private final BilevelConfig config;
  private final InnerStep<T> innerStep;
  private final InnerStep<T> evaluationStep;
  private final @Nullable OuterLoss<T> outer;
  private final OuterLoss<T> evaluate;
  private final Segment factLoss;
  private final @Nullable FactSums<T> factSums;
  private final @Nullable InnerPullbacks<T> pullbacks;
  private final Map<String, Segment> wholePasses = new LinkedHashMap<>();

  /**
   * Defines the segments of a pass.
   *
   * @param trains whether to define the derivatives
   */
  public UnrolledPass(TaskModel<T> model, boolean trains) {
    this.model = model;
    this.config = model.config();
    BlockUpdates<T> updates =
        model.slots().isEmpty() && !model.splitsFacts() ? null : new BlockUpdates<>(model, trains);
    boolean pulls = trains && config.innerSteps() > 0;
    innerStep =
        InnerStep.ofTraining(
            model,
            updates,
            pulls && InnerPullbacks.needGradients(model),
            pulls && WeightProducts.areKept(model));
    pullbacks = pulls ? InnerPullbacks.of(model, updates, innerStep.products()) : null;
    evaluationStep =
        config.innerDropout() == 0 ? innerStep : InnerStep.ofEvaluation(model, updates);
    outer = trains ? OuterLoss.ofTraining(model) : null;
    evaluate = OuterLoss.ofEvaluation(model);
    factSums = model.splitsFacts() ? new FactSums<>(model, FactSums.Parts.INNER) : null;
    factLoss = factSums == null ? LossSegments.factLoss(model) : factSums.segment();
  }

  /**
   * Returns the segments of training, then those of an evaluation, each in the order of their
   * calls.
   */
  public List<Segment> segments() {
    Set<Segment> segments = new LinkedHashSet<>(innerStep.segments());
    if (outer != null) {
      segments.addAll(outer.segments());
    }
    if (pullbacks != null) {
      segments.addAll(pullbacks.segments());
    }
    segments.addAll(evaluationStep.segments());
    segments.addAll(evaluate.segments());
    return List.copyOf(segments);
  }

  /**
   * Returns the functions that each contain a whole pass; empty except in {@code XlaMode.WHOLE}.
   */
  public List<Segment> wholePasses() {
    return List.copyOf(wholePasses.values());
  }

  /**
   * Results of a pass with derivatives.
   *
   * @param scores the losses
   * @param gradients gradients of all trained weights by name, without a task axis
   * @param rates gradient of the inner rates [J, K]; null if no rate is learned
   */
  public record Training<T extends TNumber>(
      PassScores<T> scores, Map<String, Operand<T>> gradients, @Nullable Operand<T> rates) {
    private static final String GRADIENT = "gradient";

    private Tensors named() {
      Tensors named = scores.named().putAll(GRADIENT, gradients);
      return rates == null ? named : named.put(Cotangents.D_RATES, rates);
    }

    private static <T extends TNumber> Training<T> of(Tensors out, Class<T> type) {
      return new Training<>(
          PassScores.of(out, type),
          out.under(GRADIENT, type),
          out.contains(Cotangents.D_RATES) ? out.get(Cotangents.D_RATES, type) : null);
    }
  }

  /**
   * Results of a pass without derivatives of the outer loss.
   *
   * @param scores the losses
   * @param adapted adapted weights after the last step, by name [N, ...]
   * @param prefix prefixes of the questions, read with the adapted weights
   */
  public record Evaluation<T extends TNumber>(
      PassScores<T> scores, Map<String, Operand<T>> adapted, PrefixCache<T> prefix) {
    private static final String ADAPTED = "adapted";

    private Tensors named() {
      return scores.named().putAll(ADAPTED, adapted).putAll(Prefixes.named(prefix));
    }

    private static <T extends TNumber> Evaluation<T> of(Tensors out, Class<T> type) {
      return new Evaluation<>(
          PassScores.of(out, type), out.under(ADAPTED, type), Prefixes.cacheOf(out, type));
    }
  }

  /**
   * Results of the inner loop alone.
   *
   * @param innerLosses loss of the facts before each step and after the last [K+1, N]
   * @param adapted adapted weights after the last step, by name [N, ...]
   */
  public record Encoding<T extends TNumber>(
      Operand<T> innerLosses, Map<String, Operand<T>> adapted) {

    private Tensors named() {
      return new Tensors()
          .put(PassScores.INNER_LOSSES, innerLosses)
          .putAll(Evaluation.ADAPTED, adapted);
    }

    private static <T extends TNumber> Encoding<T> of(Tensors out, Class<T> type) {
      return new Encoding<>(
          out.get(PassScores.INNER_LOSSES, type), out.under(Evaluation.ADAPTED, type));
    }
  }

  /** Emits a pass with derivatives. */
  public Training<T> train(Ops tf, PassArguments<T> arguments) {
    if (config.xla() != XlaMode.WHOLE) {
      return buildTraining(tf, arguments);
    }
    Segment whole =
        whole(
            "train_pass",
            PassArguments.specs(model),
            (body, in) -> buildTraining(body, PassArguments.of(in, model.type())).named());
    return Training.of(model.call(tf, whole, arguments.named()), model.type());
  }

  /** Emits a pass without derivatives of the outer loss. */
  public Evaluation<T> evaluate(Ops tf, PassArguments<T> arguments) {
    if (config.xla() != XlaMode.WHOLE) {
      return buildEvaluation(tf, arguments);
    }
    Segment whole =
        whole(
            "evaluation_pass",
            PassArguments.specs(model),
            (body, in) -> buildEvaluation(body, PassArguments.of(in, model.type())).named());
    return Evaluation.of(model.call(tf, whole, arguments.named()), model.type());
  }

  /**
   * Emits the inner loop alone.
   *
   * @param weights weights, as in {@link PassArguments}
   * @param rates inner rates [J, K]; null without inner steps
   */
  public Encoding<T> encode(
      Ops tf, Map<String, Operand<T>> weights, @Nullable Operand<T> rates, Facts<T> facts) {
    if (config.xla() != XlaMode.WHOLE) {
      return buildEncoding(tf, weights, rates, facts);
    }
    Segment whole =
        whole(
            "encoding_pass",
            new Specs().all(PassArguments.initialSpecs(model)).all(Facts.specs(model)),
            (body, in) ->
                buildEncoding(
                        body,
                        PassArguments.weights(in, model.type()),
                        PassArguments.rates(in, model.type()),
                        Facts.of(in, model.type()))
                    .named());
    Tensors arguments = PassArguments.initial(weights, rates).putAll(facts.named());
    return Encoding.of(model.call(tf, whole, arguments), model.type());
  }

  private Segment whole(String name, Specs specs, Segment.Body body) {
    List<Segment> callees = new ArrayList<>(segments());
    callees.add(factLoss);
    return wholePasses.computeIfAbsent(name, each -> Segment.define(each, specs, callees, body));
  }

  private Training<T> buildTraining(Ops tf, PassArguments<T> in) {
    Zeros<T> zeros = new Zeros<>(tf.withSubScope("zeros"), model);
    TaskInputs<T> tasks = in.tasks();
    List<Facts<T>> facts = microBatches(tf, tasks.facts());
    InnerTrajectory<T> forward =
        unroll(tf, in.weights(), in.rates(), facts, tasks.seed(), innerStep, zeros);
    LossSegments.Result<T> result =
        Objects.requireNonNull(outer)
            .call(
                tf.withSubScope("outer"),
                forward.adapted(),
                PrefixCache.none(),
                tasks,
                facts,
                zeros);
    PassScores<T> scores = scores(tf, forward, result);

    Cotangents<T> cotangents =
        new Cotangents<>(new Iterate<>(result.theta(), zeros.state()), result.shared());
    List<Operand<T>> rates = new ArrayList<>();
    for (int k = config.innerSteps() - 1; k >= 0; k--) {
      InnerPullbacks.PulledStep<T> pulled =
          Objects.requireNonNull(pullbacks)
              .pull(tf.withSubScope("pullback_" + k), k, forward, cotangents);
      if (pulled.rates() != null) {
        rates.add(0, pulled.rates());
      }
      cotangents = pulled.cotangents();
    }
    Ops sums = tf.withSubScope("gradient");
    return new Training<>(
        scores,
        gradients(sums, cotangents),
        rates.isEmpty() ? null : sums.stack(rates, Stack.axis(1L))); // [J, K]
  }

  private Evaluation<T> buildEvaluation(Ops tf, PassArguments<T> in) {
    Zeros<T> zeros = new Zeros<>(tf.withSubScope("zeros"), model);
    List<Facts<T>> facts = microBatches(tf, in.tasks().facts());
    InnerTrajectory<T> forward =
        unroll(tf, in.weights(), in.rates(), facts, null, evaluationStep, zeros);
    PrefixCache<T> prefix =
        evaluate.prefix(tf.withSubScope("prefix"), forward.adapted(), in.tasks());
    LossSegments.Result<T> result =
        evaluate.call(
            tf.withSubScope("evaluate"),
            forward.adapted(),
            prefix,
            in.tasks().withSeed(null),
            facts,
            zeros);
    return new Evaluation<>(scores(tf, forward, result), forward.adapted().theta(), prefix);
  }

  private Encoding<T> buildEncoding(
      Ops tf, Map<String, Operand<T>> weights, @Nullable Operand<T> rates, Facts<T> facts) {
    Zeros<T> zeros = new Zeros<>(tf.withSubScope("zeros"), model);
    List<Facts<T>> parts = microBatches(tf, facts);
    InnerTrajectory<T> forward = unroll(tf, weights, rates, parts, null, evaluationStep, zeros);
    List<Operand<T>> losses = new ArrayList<>(forward.losses());
    Ops scope = tf.withSubScope("encoded");
    losses.add(
        factSums == null
            ? LossSegments.factLoss(scope, model, factLoss, forward.adapted(), facts)
            : factSums.innerLoss(scope, forward.adapted(), parts, zeros));
    return new Encoding<>(tf.stack(losses), forward.adapted().theta());
  }

  private List<Facts<T>> microBatches(Ops tf, Facts<T> facts) {
    return facts.microBatches(tf.withSubScope("micro_batches"), model);
  }

  /** Emits the K inner steps, unrolled, from theta_0. */
  private InnerTrajectory<T> unroll(
      Ops tf,
      Map<String, Operand<T>> weights,
      @Nullable Operand<T> allRates,
      List<Facts<T>> facts,
      @Nullable Operand<TInt64> seed,
      InnerStep<T> step,
      Zeros<T> zeros) {
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    Ops start = tf.withSubScope("theta_0");
    for (String name : model.layout().adapted()) {
      Operand<T> weight = Objects.requireNonNull(weights.get(name));
      theta.put(name, copies(start, start.expandDims(weight, start.constant(0))));
    }
    Map<String, Operand<T>> shared = model.shared(start, weights);
    Iterate<T> iterate = new Iterate<>(theta, zeros.state());
    List<Operand<T>> rates =
        config.innerSteps() == 0
            ? List.of()
            : List.copyOf(
                tf.unstack(
                        Objects.requireNonNull(allRates, "rates of the inner steps"),
                        (long) config.innerSteps(),
                        Unstack.axis(1L))
                    .output());

    List<StepArguments<T>> steps = new ArrayList<>();
    List<Map<String, Operand<T>>> gradients = new ArrayList<>();
    List<Map<String, Operand<T>>> products = new ArrayList<>();
    List<Operand<T>> losses = new ArrayList<>();
    for (int k = 0; k < config.innerSteps(); k++) {
      Ops scope = tf.withSubScope("inner_" + k);
      Operand<T> number = Scalars.of(scope, model.type(), k + 1);
      StepArguments<T> arguments =
          new StepArguments<>(
              iterate,
              shared,
              rates.get(k),
              number,
              facts,
              step.drops()
                  ? RandomSeed.of(
                      scope, Objects.requireNonNull(seed, "seed of dropout"), "inner step", k)
                  : null);
      InnerStep.Result<T> next = step.call(scope, arguments, zeros);
      steps.add(arguments);
      gradients.add(next.gradient());
      products.add(next.products());
      losses.add(next.loss());
      iterate = next.iterate();
    }
    return new InnerTrajectory<>(
        steps, gradients, products, losses, new Weights<>(iterate.theta(), shared));
  }

  private PassScores<T> scores(Ops tf, InnerTrajectory<T> forward, LossSegments.Result<T> result) {
    List<Operand<T>> losses = new ArrayList<>(forward.losses());
    losses.add(result.innerLoss());
    return new PassScores<>(
        tf.stack(losses), result.loss(), result.terms(), result.check(), result.questions());
  }

  private Map<String, Operand<T>> gradients(Ops tf, Cotangents<T> cotangents) {
    Map<String, Operand<T>> all = new LinkedHashMap<>(cotangents.iterate().theta());
    all.putAll(cotangents.shared());
    Map<String, Operand<T>> gradients = new LinkedHashMap<>();
    for (String name : model.layout().trained()) {
      Operand<T> d = Objects.requireNonNull(all.get(name)); // [N|1, ...]
      gradients.put(name, sumOverTasks(tf, d));
    }
    return gradients;
  }

  /** Copies a weight [1, ...] to every task, [N, ...]. */
  private Operand<T> copies(Ops tf, Operand<T> weight) {
    long tasks = model.shape().tasks();
    return tasks == 1
        ? weight
        : tf.broadcastTo(weight, tf.constant(weight.shape().tail().prepend(tasks).asArray()));
  }

  /** Emits the pullback of {@link #copies}. */
  private Operand<T> sumOverTasks(Ops tf, Operand<T> d) {
    return d.shape().get(0) == 1
        ? tf.squeeze(d, Squeeze.axis(List.of(0L)))
        : tf.sum(d, tf.constant(0));
  }
}
