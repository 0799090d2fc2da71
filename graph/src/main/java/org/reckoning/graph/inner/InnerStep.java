package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * An inner step: {@code (theta_k, s_k, rates_k, facts) -> (theta_k+1, s_k+1, inner loss at
 * theta_k)}, with {@code g = grad L_in(theta_k)} and {@code (theta_k+1, s_k+1) = U(theta_k, s_k, g,
 * rates_k)}.
 *
 * <p>Without optimizer state it is one segment, {@code inner_step}. With state, the segment {@code
 * inner_gradient} computes g, and U runs block by block. Then old and new state are in memory
 * together for one block only.
 *
 * <p>With micro-batches {@code inner_gradient} is called for each of them and adds its part to the
 * sums of the calls before. So the activations of one micro-batch are in memory at a time.
 */
public final class InnerStep<T extends TNumber> {
  private final TaskModel<T> model;
  private final Segment segment;
  private final @Nullable BlockUpdates<T> updates;
  private final Map<String, Shape> products;

  private InnerStep(
      TaskModel<T> model,
      Segment segment,
      @Nullable BlockUpdates<T> updates,
      Map<String, Shape> products) {
    this.model = model;
    this.segment = segment;
    this.updates = updates;
    this.products = products;
  }

  /**
   * Returns the step of training, with dropout.
   *
   * @param updates U in blocks; null if U has no state and a step takes all facts at once
   * @param keepGradient whether the step also returns g, which some pullbacks read
   * @param keepProducts whether the step also returns its {@link WeightProducts}
   */
  public static <T extends TNumber> InnerStep<T> ofTraining(
      TaskModel<T> model,
      @Nullable BlockUpdates<T> updates,
      boolean keepGradient,
      boolean keepProducts) {
    String name = updates == null ? "inner_step" : "inner_gradient";
    return define(name, model, updates, keepGradient, keepProducts, model.config().innerDropout());
  }

  /** Returns the step of an evaluation, without dropout. */
  public static <T extends TNumber> InnerStep<T> ofEvaluation(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates) {
    String name = updates == null ? "inner_step_evaluation" : "inner_gradient_evaluation";
    return define(name, model, updates, false, false, 0);
  }

  /** Returns the step of training if it has no dropout, else that of an evaluation. */
  public static <T extends TNumber> InnerStep<T> withoutDropout(
      TaskModel<T> model, BlockUpdates<T> updates) {
    return model.config().innerDropout() == 0
        ? ofTraining(model, updates, true, false)
        : ofEvaluation(model, updates);
  }

  private static <T extends TNumber> InnerStep<T> define(
      String name,
      TaskModel<T> model,
      @Nullable BlockUpdates<T> updates,
      boolean keepGradient,
      boolean keepProducts,
      double dropout) {
    boolean updatesInside = updates == null;
    Map<String, Shape> products = new LinkedHashMap<>();
    TaskModel<T> micro = model.microBatch();
    Segment segment =
        Segment.define(
            name,
            new Specs()
                .all(StepArguments.specs(micro))
                .all(model.splitsFacts() ? Result.sumSpecs(micro) : new Specs()),
            List.of(),
            (tf, in) -> {
              Result<T> step =
                  build(
                      tf,
                      micro,
                      StepArguments.of(in, micro),
                      updatesInside,
                      keepGradient || !updatesInside,
                      keepProducts,
                      dropout);
              step.products().forEach((product, value) -> products.put(product, value.shape()));
              return (model.splitsFacts() ? step.plus(tf.withSubScope("sum"), in) : step).named();
            });
    return new InnerStep<>(model, segment, updates, products);
  }

  /** Returns the shapes of the products that the step keeps, by name; empty if it keeps none. */
  public Map<String, Shape> products() {
    return products;
  }

  /** Returns whether the step has dropout and therefore reads a seed. */
  public boolean drops() {
    return segment.passedArguments().contains(TaskInputs.SEED);
  }

  /** Returns the segments of a step, in the order of their calls. */
  public List<Segment> segments() {
    List<Segment> segments = new ArrayList<>(List.of(segment));
    if (updates != null) {
      segments.addAll(updates.updates());
    }
    return segments;
  }

  /**
   * Results of a step.
   *
   * @param loss inner loss before the step [N]
   * @param iterate iterate after the step
   * @param gradient g by name, if it is kept or U runs in blocks; else empty
   * @param products the {@link WeightProducts} by name, if they are kept; else empty
   */
  public record Result<T extends TNumber>(
      Operand<T> loss,
      Iterate<T> iterate,
      Map<String, Operand<T>> gradient,
      Map<String, Operand<T>> products) {
    private static final String LOSS = "loss";
    private static final String SUM = "sum/";

    /** Returns the arguments of a segment that adds to sums of losses and gradients. */
    static Specs sumSpecs(TaskModel<?> model) {
      return new Specs()
          .tensor(SUM + LOSS, model.type(), Shape.of(model.shape().tasks()))
          .tensors(SUM + RuleArguments.GRADIENT, model.type(), model.thetaShapes());
    }

    /** Returns loss and gradient as sums, for arguments of a segment that adds to them. */
    Tensors namedSums() {
      return new Tensors().put(SUM + LOSS, loss).putAll(SUM + RuleArguments.GRADIENT, gradient);
    }

    /** Emits the sums of loss and gradient with those in the arguments of a segment. */
    Result<T> plus(Ops tf, Tensors in) {
      Class<T> type = loss.type();
      return new Result<>(
          tf.math.add(in.get(SUM + LOSS, type), loss),
          iterate,
          sum(tf, in.under(SUM + RuleArguments.GRADIENT, type), gradient),
          products);
    }

    Tensors named() {
      return new Tensors()
          .put(LOSS, loss)
          .putAll(iterate.named())
          .putAll(RuleArguments.GRADIENT, gradient)
          .putAll(WeightProducts.PATH, products);
    }

    static <T extends TNumber> Result<T> of(Tensors out, TaskModel<T> model) {
      return new Result<>(
          out.get(LOSS, model.type()),
          Iterate.of(out, List.of(), model.type()),
          out.under(RuleArguments.GRADIENT, model.type()),
          out.under(WeightProducts.PATH, model.type()));
    }
  }

  /** Emits a step. */
  public Result<T> call(Ops tf, StepArguments<T> arguments, Zeros<T> zeros) {
    Result<T> step =
        model.splitsFacts()
            ? gradient(tf, arguments, zeros)
            : Result.of(model.call(tf, segment, arguments.named()), model);
    if (updates == null) {
      return step;
    }
    Iterate<T> next =
        Iterate.joined(
            updates.ofStep(
                tf, arguments.iterate(), step.gradient(), arguments.rates(), arguments.step()));
    return new Result<>(step.loss(), next, step.gradient(), step.products());
  }

  /** Emits the inner loss and its gradient over all micro-batches. */
  private Result<T> gradient(Ops tf, StepArguments<T> arguments, Zeros<T> zeros) {
    Result<T> sums = sums(zeros.ofTasks(), zeros.of(model.thetaShapes()));
    for (int i = 0; i < arguments.facts().size(); i++) {
      Ops scope = tf.withSubScope("micro_" + i);
      sums = plus(scope, sums, arguments.microBatch(scope, i).named());
    }
    return sums;
  }

  /** Returns given sums. */
  public static <T extends TNumber> Result<T> sums(
      Operand<T> loss, Map<String, Operand<T>> gradient) {
    return new Result<>(loss, new Iterate<>(Map.of(), Map.of()), gradient, Map.of());
  }

  /**
   * Emits the sums of loss and gradient with those of one more micro-batch.
   *
   * @param arguments weights, micro-batch and seed
   */
  public Result<T> plus(Ops tf, Result<T> sums, Tensors arguments) {
    Tensors all = new Tensors().putAll(arguments).putAll(sums.namedSums());
    return Result.of(model.call(tf, segment, all), model);
  }

  /** Emits the sums of tensors of the same name. */
  public static <T extends TNumber> Map<String, Operand<T>> sum(
      Ops tf, Map<String, Operand<T>> before, Map<String, Operand<T>> more) {
    Map<String, Operand<T>> sums = new LinkedHashMap<>();
    more.forEach(
        (name, value) ->
            sums.put(name, tf.math.add(Objects.requireNonNull(before.get(name), name), value)));
    return sums;
  }

  private static <T extends TNumber> Result<T> build(
      Ops tf,
      TaskModel<T> model,
      StepArguments<T> in,
      boolean update,
      boolean keepGradient,
      boolean keepProducts,
      double dropout) {
    TaskModel.Masks masks =
        new TaskModel.Masks(dropout, Objects.requireNonNull(in.seed(), "seed of a step"));
    InnerGradient<T> g =
        keepProducts
            ? InnerGradient.ofAll(tf, model, in.weights(), in.onlyFacts(), masks)
            : InnerGradient.ofTheta(tf, model, in.weights(), in.onlyFacts(), masks);
    Map<String, Operand<T>> gradient = g.ofTheta();
    Iterate<T> next =
        update
            ? InnerUpdate.of(model).apply(tf.withSubScope("update"), in.rule(gradient))
            : new Iterate<>(Map.of(), Map.of());
    return new Result<>(
        g.loss(), next, keepGradient ? gradient : Map.of(), keepProducts ? g.products() : Map.of());
  }
}
