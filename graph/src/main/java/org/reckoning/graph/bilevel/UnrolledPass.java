package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
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
 * compiled function of the same calls.
 */
final class UnrolledPass<T extends TNumber> {
  /** Spreads the seeds of the steps over the 64-bit integers. */
  private static final long SEED_STRIDE = 0x9E3779B97F4A7C15L;

  private final TaskModel<T> model;
  private final BilevelConfig config;
  private final Segment innerStep;
  private final Segment evaluationStep;
  private final @Nullable Segment outer;
  private final Segment evaluate;
  private final @Nullable Segment exactPullback;
  private final @Nullable Segment firstOrderPullback;
  private final Map<String, Segment> wholePasses = new LinkedHashMap<>();
  private @Nullable Segment nextToken;

  /**
   * @param trains whether the pass is needed with derivatives
   */
  UnrolledPass(TaskModel<T> model, boolean trains) {
    this.model = model;
    this.config = model.config();
    int steps = trains ? config.innerSteps() : 0;
    boolean anyExact = steps > 0 && config.gradientMode().isExact(steps - 1, steps);
    boolean anyFirstOrder = steps > 0 && !config.gradientMode().isExact(0, steps);
    innerStep = InnerStep.define(model, anyFirstOrder);
    evaluationStep = config.innerDropout() == 0 ? innerStep : InnerStep.defineEvaluation(model);
    outer = trains ? OuterLoss.define(model) : null;
    evaluate = OuterLoss.defineEvaluation(model);
    exactPullback = anyExact ? InnerStepPullback.defineExact(model) : null;
    firstOrderPullback = anyFirstOrder ? InnerStepPullback.defineFirstOrder(model) : null;
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
    return Stream.of(innerStep, outer, exactPullback, firstOrderPullback, evaluationStep, evaluate)
        .filter(Objects::nonNull)
        .distinct()
        .toList();
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
   * Emits the greedy decoding of the questions with the adapted weights: as many calls of {@link
   * NextToken} as there are new tokens.
   *
   * @param in what a pass reads
   * @param adapted {@code adapted/NAME}, from {@link #evaluate}
   * @param prompts {@code tokens}, {@code lengths}, {@code end}
   * @return {@code tokens} and {@code lengths}
   */
  Tensors generate(Ops tf, Tensors in, Tensors adapted, Tensors prompts, int newTokens) {
    if (nextToken == null) {
      nextToken = NextToken.define(model);
    }
    Tensors weights = new Tensors().putAll("theta", adapted.under("adapted", model.type()));
    weights.putAll("shared", shared(tf.withSubScope("shared"), in));
    Tensors text = prompts;
    for (int i = 0; i < newTokens; i++) {
      Tensors arguments =
          new Tensors()
              .putAll(weights)
              .put("tokens", text.get("tokens"))
              .put("lengths", text.get("lengths"))
              .put("end", prompts.get("end"));
      text = nextToken.call(tf.withSubScope("token_" + i), arguments, config.xla().compiles());
    }
    return text;
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
    return wholePasses
        .computeIfAbsent(name, each -> Segment.define(each, specs(), segments(), body))
        .call(tf, in, true);
  }

  private Tensors buildTraining(Ops tf, Tensors in) {
    Zeros zeros = new Zeros(tf.withSubScope("zeros"));
    Unrolled<T> unroll = unroll(tf, in, innerStep, zeros);
    Tensors result = call(tf.withSubScope("outer"), Objects.requireNonNull(outer), unroll.last());
    Tensors out = results(tf, unroll, result);

    Tensors cotangents = new Tensors();
    cotangents.putAll("d_theta", result.under("d_theta", model.type()));
    cotangents.putAll("d_shared", result.under("d_shared", model.type()));
    cotangents.putAll("d_state", zeros.of(model.stateShapes()));
    List<Operand<T>> rateGradients = new ArrayList<>();
    for (int k = config.innerSteps() - 1; k >= 0; k--) {
      boolean exact = config.gradientMode().isExact(k, config.innerSteps());
      Segment pullback = Objects.requireNonNull(exact ? exactPullback : firstOrderPullback);
      Tensors arguments = new Tensors().putAll(unroll.states().get(k)).putAll(cotangents);
      if (!exact) {
        arguments.putAll("gradient", unroll.gradients().get(k));
      }
      Tensors pulled = call(tf.withSubScope("pullback_" + k), pullback, arguments);
      if (config.innerRates().learned()) {
        rateGradients.add(0, pulled.get("d_rates", model.type()));
      }
      Tensors next = new Tensors();
      next.putAll("d_theta", pulled.under("d_theta", model.type()));
      next.putAll("d_state", pulled.under("d_state", model.type()));
      next.putAll("d_shared", (exact ? pulled : cotangents).under("d_shared", model.type()));
      cotangents = next;
    }
    return gradients(tf.withSubScope("gradient"), out, cotangents, rateGradients);
  }

  private Tensors buildEvaluation(Ops tf, Tensors in) {
    Zeros zeros = new Zeros(tf.withSubScope("zeros"));
    Unrolled<T> unroll = unroll(tf, in, evaluationStep, zeros);
    Tensors result = call(tf.withSubScope("evaluate"), evaluate, unroll.last());
    return results(tf, unroll, result)
        .putAll("adapted", unroll.last().under("theta", model.type()));
  }

  /**
   * The inner loop.
   *
   * @param states arguments of each step, and of the outer loss after the last
   * @param gradients g of each step, by name, where a first-order pullback needs it
   * @param losses inner loss before each step [N]
   */
  private record Unrolled<T extends TNumber>(
      List<Tensors> states, List<Map<String, Operand<T>>> gradients, List<Operand<T>> losses) {
    Tensors last() {
      return states.get(states.size() - 1);
    }
  }

  private Unrolled<T> unroll(Ops tf, Tensors in, Segment step, Zeros zeros) {
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
    model
        .factSpecs()
        .all(model.questionSpecs())
        .asMap()
        .keySet()
        .forEach(name -> batch.put(name, in.get(name)));
    Tensors moving = theta.putAll("state", zeros.of(model.stateShapes()));
    List<Operand<T>> rates =
        config.innerSteps() == 0
            ? List.of()
            : List.copyOf(
                tf.unstack(in.get("rates", type), (long) config.innerSteps(), Unstack.axis(1L))
                    .output());

    Unrolled<T> unroll = new Unrolled<>(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int k = 0; k < config.innerSteps(); k++) {
      Ops scope = tf.withSubScope("inner_" + k);
      Tensors arguments =
          new Tensors()
              .putAll(moving)
              .putAll(shared)
              .putAll(seeded(scope, batch, k + 1))
              .put("rates", rates.get(k))
              .put("step", Scalars.of(scope, type, k + 1));
      Tensors next = call(scope, step, arguments);
      unroll.states().add(arguments);
      unroll.gradients().add(next.under("gradient", type));
      unroll.losses().add(next.get("loss", type));
      moving =
          new Tensors()
              .putAll("theta", next.under("theta", type))
              .putAll("state", next.under("state", type));
    }
    unroll.states().add(new Tensors().putAll(moving).putAll(shared).putAll(seeded(tf, batch, 0)));
    return unroll;
  }

  /** The batch, with the seed of a step. */
  private Tensors seeded(Ops tf, Tensors batch, long step) {
    Tensors seeded = new Tensors();
    for (String name : batch.names()) {
      Operand<?> value = batch.get(name);
      boolean changes = name.equals("seed") && step > 0;
      seeded.put(
          name,
          changes
              ? tf.math.add(batch.get(name, TInt64.class), tf.constant(step * SEED_STRIDE))
              : value);
    }
    return seeded;
  }

  private Tensors results(Ops tf, Unrolled<T> unroll, Tensors outerResult) {
    List<Operand<T>> losses = new ArrayList<>(unroll.losses());
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

  private Tensors call(Ops tf, Segment segment, Tensors arguments) {
    return segment.call(tf, arguments, config.xla() == XlaMode.SEGMENTS);
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
