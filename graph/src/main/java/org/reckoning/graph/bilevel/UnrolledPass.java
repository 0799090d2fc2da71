package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * A pass over N tasks: the inner steps, the outer loss and, in training, the pullbacks.
 *
 * <pre>{@code
 * theta_0 -> inner_0 -> inner_1 -> .. -> inner_K-1 -> outer -> pullback_K-1 -> .. -> pullback_0 -> gradient of theta_0
 * }</pre>
 *
 * <p>Each arrow's segment is compiled once and called K times. {@code XlaMode.WHOLE} makes one
 * compiled function of the same calls. Each call has a seed of its own for dropout; a pullback has
 * that of its inner step.
 */
final class UnrolledPass<T extends TNumber> {
  private final TaskModel<T> model;
  private final BilevelConfig config;
  private final InnerStep<T> innerStep;
  private final InnerStep<T> evaluationStep;
  private final @Nullable Segment outer;
  private final Segment evaluate;
  private final Segment factLoss;
  private final @Nullable InnerPullbacks<T> pullbacks;
  private final Map<String, Segment> wholePasses = new LinkedHashMap<>();
  private @Nullable Segment decode;

  /**
   * @param trains whether the pass is needed with derivatives
   */
  UnrolledPass(TaskModel<T> model, boolean trains) {
    this.model = model;
    this.config = model.config();
    BlockUpdates<T> updates =
        config.innerOptimizer().slots().isEmpty() ? null : new BlockUpdates<>(model, trains);
    pullbacks = trains && config.innerSteps() > 0 ? InnerPullbacks.of(model, updates) : null;
    boolean keepGradient = pullbacks != null && pullbacks.needsGradients();
    innerStep = InnerStep.ofTraining(model, updates, keepGradient);
    evaluationStep =
        config.innerDropout() == 0 ? innerStep : InnerStep.ofEvaluation(model, updates);
    outer = trains ? OuterLoss.define(model) : null;
    evaluate = OuterLoss.defineEvaluation(model);
    factLoss = OuterLoss.defineFactLoss(model);
  }

  /** What a pass reads: weights without a task axis, rates [J, K], and the batch. */
  Specs specs() {
    return new Specs()
        .tensors("weights", model.type(), model.layout().shapes())
        .tensor(
            "rates", model.type(), Shape.of(model.layout().adapted().size(), config.innerSteps()))
        .all(model.factSpecs())
        .all(model.questionSpecs());
  }

  /** Returns the segments, in the order of the picture. */
  List<Segment> segments() {
    Set<Segment> segments = new LinkedHashSet<>(innerStep.segments());
    if (outer != null) {
      segments.add(outer);
    }
    if (pullbacks != null) {
      segments.addAll(pullbacks.segments());
    }
    segments.addAll(evaluationStep.segments());
    segments.add(evaluate);
    return List.copyOf(segments);
  }

  /** Returns the functions that hold a whole pass each; none but in {@code XlaMode.WHOLE}. */
  List<Segment> wholePasses() {
    return List.copyOf(wholePasses.values());
  }

  /**
   * Emits a pass with derivatives. Results: those of {@link OuterLoss} but for the cotangents,
   * {@code inner_losses} [K+1, N], {@code gradient/NAME} without a task axis for every trained
   * weight, {@code d_rates} [J, K].
   */
  Tensors train(Ops tf, Tensors in) {
    return compile(tf, in, "train_pass", this::buildTraining);
  }

  /**
   * Emits a pass without derivatives of the outer loss. Results: those of {@link OuterLoss}, {@code
   * inner_losses} [K+1, N], {@code adapted/NAME} [N, ...].
   */
  Tensors evaluate(Ops tf, Tensors in) {
    return compile(tf, in, "evaluation_pass", this::buildEvaluation);
  }

  /**
   * Emits the inner loop alone.
   *
   * @param in what a pass reads; questions may be missing
   * @return {@code inner_losses} [K+1, N], {@code adapted/NAME} [N, ...]
   */
  Tensors encode(Ops tf, Tensors in) {
    return compile(tf, in, "encoding_pass", this::buildEncoding);
  }

  /**
   * Emits the decoding of texts with the adapted weights, see {@link Decoder}.
   *
   * @param in what a pass reads
   * @param own {@code adapted/NAME}, from {@link #evaluate}, and {@code tokens}, {@code lengths}
   *     and {@code tasks}
   * @param settings scalars of {@link DecodingFeeds}
   */
  Tensors decode(Ops tf, Tensors in, Tensors own, Tensors settings) {
    if (decode == null) {
      TaskShape shape = model.shape();
      decode = Decoder.define(model, shape.questions(), shape.questionTokens());
    }
    Tensors arguments =
        new Tensors()
            .putAll("theta", own.under("adapted", model.type()))
            .putAll("shared", shared(tf.withSubScope("shared"), in))
            .putAll(settings)
            .put("tokens", own.get("tokens"))
            .put("lengths", own.get("lengths"))
            .put("tasks", own.get("tasks"));
    return model.call(tf, decode, arguments);
  }

  /** The weights that nothing adapts [1, ...]. */
  private Map<String, Operand<T>> shared(Ops tf, Tensors in) {
    Map<String, Operand<T>> weights = in.under("weights", model.type());
    Map<String, Operand<T>> shared = new LinkedHashMap<>();
    for (String name : model.layout().shared()) {
      shared.put(name, tf.expandDims(Objects.requireNonNull(weights.get(name)), tf.constant(0)));
    }
    return shared;
  }

  private Tensors compile(Ops tf, Tensors in, String name, Segment.Body body) {
    if (config.xla() != XlaMode.WHOLE) {
      return body.build(tf, in);
    }
    List<Segment> callees = new ArrayList<>(segments());
    callees.add(factLoss);
    return model.call(
        tf,
        wholePasses.computeIfAbsent(name, each -> Segment.define(each, specs(), callees, body)),
        in);
  }

  private Tensors buildTraining(Ops tf, Tensors in) {
    Zeros zeros = new Zeros(tf.withSubScope("zeros"));
    InnerLoop<T> loop = unroll(tf, in, innerStep, zeros);
    Ops scope = tf.withSubScope("outer");
    Segment last = Objects.requireNonNull(outer);
    Tensors arguments = new Tensors().putAll(loop.last());
    if (last.passedArguments().contains("seed")) {
      arguments.put("seed", RandomSeed.of(scope, in.get("seed", TInt64.class), "outer loss"));
    }
    Tensors result = model.call(scope, last, arguments);
    Tensors out = results(tf, loop, result);

    Tensors cotangents = new Tensors();
    cotangents.putAll("d_theta", result.under("d_theta", model.type()));
    cotangents.putAll("d_shared", result.under("d_shared", model.type()));
    cotangents.putAll("d_state", zeros.of(model.stateShapes()));
    List<Operand<T>> rateGradients = new ArrayList<>();
    for (int k = config.innerSteps() - 1; k >= 0; k--) {
      Tensors pulled =
          Objects.requireNonNull(pullbacks)
              .pull(tf.withSubScope("pullback_" + k), k, loop, cotangents);
      if (config.innerRates().learned()) {
        rateGradients.add(0, pulled.get("d_rates", model.type()));
      }
      cotangents = pulled;
    }
    return gradients(tf.withSubScope("gradient"), out, cotangents, rateGradients);
  }

  private Tensors buildEvaluation(Ops tf, Tensors in) {
    Zeros zeros = new Zeros(tf.withSubScope("zeros"));
    InnerLoop<T> loop = unroll(tf, in, evaluationStep, zeros);
    Tensors result = model.call(tf.withSubScope("evaluate"), evaluate, loop.last());
    return results(tf, loop, result).putAll("adapted", loop.last().under("theta", model.type()));
  }

  private Tensors buildEncoding(Ops tf, Tensors in) {
    InnerLoop<T> loop = unroll(tf, in, evaluationStep, new Zeros(tf.withSubScope("zeros")));
    Tensors after = model.call(tf.withSubScope("encoded"), factLoss, loop.last());
    List<Operand<T>> losses = new ArrayList<>(loop.losses());
    losses.add(after.get("inner_loss", model.type()));
    return new Tensors()
        .put("inner_losses", tf.stack(losses))
        .putAll("adapted", loop.last().under("theta", model.type()));
  }

  /** Emits the inner loop. */
  private InnerLoop<T> unroll(Ops tf, Tensors in, InnerStep<T> step, Zeros zeros) {
    Class<T> type = model.type();
    Map<String, Operand<T>> weights = in.under("weights", type);
    Tensors theta = new Tensors();
    Ops start = tf.withSubScope("theta_0");
    for (String name : model.layout().adapted()) {
      Operand<T> weight = Objects.requireNonNull(weights.get(name));
      theta.put("theta/" + name, copies(start, start.expandDims(weight, start.constant(0))));
    }
    Tensors shared = new Tensors().putAll("shared", shared(start, in));
    Tensors batch = new Tensors();
    model.factSpecs().all(model.questionSpecs()).names().stream()
        .filter(name -> in.contains(name) && !name.equals("seed"))
        .forEach(name -> batch.put(name, in.get(name)));
    Tensors moving = theta.putAll("state", zeros.of(model.stateShapes()));
    List<Operand<T>> rates =
        config.innerSteps() == 0
            ? List.of()
            : List.copyOf(
                tf.unstack(in.get("rates", type), (long) config.innerSteps(), Unstack.axis(1L))
                    .output());

    InnerLoop<T> loop = new InnerLoop<>(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int k = 0; k < config.innerSteps(); k++) {
      Ops scope = tf.withSubScope("inner_" + k);
      Tensors arguments =
          new Tensors()
              .putAll(moving)
              .putAll(shared)
              .putAll(batch)
              .put("rates", rates.get(k))
              .put("step", Scalars.of(scope, type, k + 1));
      if (step.drops()) {
        arguments.put("seed", RandomSeed.of(scope, in.get("seed", TInt64.class), "inner step", k));
      }
      Tensors next = step.call(scope, arguments);
      loop.states().add(arguments);
      loop.gradients().add(next.under("gradient", type));
      loop.losses().add(next.get("loss", type));
      moving =
          new Tensors()
              .putAll("theta", next.under("theta", type))
              .putAll("state", next.under("state", type));
    }
    loop.states().add(new Tensors().putAll(moving).putAll(shared).putAll(batch));
    return loop;
  }

  private Tensors results(Ops tf, InnerLoop<T> loop, Tensors outerResult) {
    List<Operand<T>> losses = new ArrayList<>(loop.losses());
    losses.add(outerResult.get("inner_loss", model.type()));
    Tensors out = new Tensors().put("inner_losses", tf.stack(losses)); // [K+1, N]
    for (String name : List.of("loss", "terms", "check")) {
      out.put(name, outerResult.get(name));
    }
    return out.putAll("questions", outerResult.under("questions", model.type()));
  }

  private Tensors gradients(
      Ops tf, Tensors out, Tensors cotangents, List<Operand<T>> rateGradients) {
    Map<String, Operand<T>> all = new LinkedHashMap<>(cotangents.under("d_theta", model.type()));
    all.putAll(cotangents.under("d_shared", model.type()));
    for (String name : model.layout().trained()) {
      Operand<T> d = Objects.requireNonNull(all.get(name)); // [N|1, ...]
      out.put("gradient/" + name, sumOverTasks(tf, d));
    }
    if (!rateGradients.isEmpty()) {
      out.put("d_rates", tf.stack(rateGradients, Stack.axis(1L))); // [J, K]
    }
    return out;
  }

  /** Copies a weight [1, ...] for every task [N, ...]. */
  private Operand<T> copies(Ops tf, Operand<T> weight) {
    long tasks = model.shape().tasks();
    return tasks == 1
        ? weight
        : tf.broadcastTo(weight, tf.constant(weight.shape().tail().prepend(tasks).asArray()));
  }

  /** The pullback of {@link #copies}. */
  private Operand<T> sumOverTasks(Ops tf, Operand<T> d) {
    return d.shape().get(0) == 1
        ? tf.squeeze(d, Squeeze.axis(List.of(0L)))
        : tf.sum(d, tf.constant(0));
  }

  /** Tensors of zeros, one for each shape. */
  private final class Zeros {
    private final Ops tf;
    private final Map<Shape, Operand<T>> known = new HashMap<>();

    Zeros(Ops tf) {
      this.tf = tf;
    }

    Map<String, Operand<T>> of(Map<String, Shape> shapes) {
      Map<String, Operand<T>> zeros = new LinkedHashMap<>();
      shapes.forEach(
          (name, shape) ->
              zeros.put(
                  name,
                  known.computeIfAbsent(
                      shape,
                      each ->
                          tf.fill(tf.constant(each.asArray()), Scalars.of(tf, model.type(), 0)))));
      return zeros;
    }
  }
}
