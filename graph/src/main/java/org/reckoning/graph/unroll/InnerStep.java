package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Segment;
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
 */
final class InnerStep<T extends TNumber> {
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
   * @param updates U in blocks; null if U has no state
   * @param keepGradient whether the step also returns g, which some pullbacks read
   * @param keepProducts whether the step also returns its {@link WeightProducts}
   */
  static <T extends TNumber> InnerStep<T> ofTraining(
      TaskModel<T> model,
      @Nullable BlockUpdates<T> updates,
      boolean keepGradient,
      boolean keepProducts) {
    String name = updates == null ? "inner_step" : "inner_gradient";
    return define(name, model, updates, keepGradient, keepProducts, model.config().innerDropout());
  }

  /** Returns the step of an evaluation, without dropout. */
  static <T extends TNumber> InnerStep<T> ofEvaluation(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates) {
    String name = updates == null ? "inner_step_evaluation" : "inner_gradient_evaluation";
    return define(name, model, updates, false, false, 0);
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
    Segment segment =
        Segment.define(
            name,
            StepArguments.specs(model),
            List.of(),
            (tf, in) -> {
              Result<T> result =
                  build(
                      tf,
                      model,
                      StepArguments.of(in, model),
                      updatesInside,
                      keepGradient || !updatesInside,
                      keepProducts,
                      dropout);
              result.products().forEach((product, value) -> products.put(product, value.shape()));
              return result.named();
            });
    return new InnerStep<>(model, segment, updates, products);
  }

  /** Returns the shapes of the products that the step keeps, by name; empty if it keeps none. */
  Map<String, Shape> products() {
    return products;
  }

  /** Returns whether the step has dropout and therefore reads a seed. */
  boolean drops() {
    return segment.passedArguments().contains(TaskInputs.SEED);
  }

  List<Segment> segments() {
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
  record Result<T extends TNumber>(
      Operand<T> loss,
      Iterate<T> iterate,
      Map<String, Operand<T>> gradient,
      Map<String, Operand<T>> products) {
    private static final String LOSS = "loss";

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
  Result<T> call(Ops tf, StepArguments<T> arguments) {
    Result<T> step = Result.of(model.call(tf, segment, arguments.named()), model);
    if (updates == null) {
      return step;
    }
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    Map<String, Map<String, Operand<T>>> state = new LinkedHashMap<>();
    model.slots().forEach(slot -> state.put(slot, new LinkedHashMap<>()));
    for (WeightBlock block : updates.blocks()) {
      Ops scope = tf.withSubScope(block.scope());
      RuleArguments<T> own =
          updates.arguments(
              scope, block, arguments.iterate().local(block), arguments, step.gradient());
      Iterate<T> next = updates.update(scope, block, own);
      block.addTo(theta, next.theta());
      state.forEach(
          (slot, values) -> block.addTo(values, Objects.requireNonNull(next.state().get(slot))));
    }
    return new Result<>(step.loss(), new Iterate<>(theta, state), step.gradient(), step.products());
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
            ? InnerGradient.ofAll(tf, model, in.weights(), in.facts(), masks)
            : InnerGradient.ofTheta(tf, model, in.weights(), in.facts(), masks);
    Map<String, Operand<T>> gradient = g.ofTheta();
    Iterate<T> next =
        update
            ? InnerUpdate.of(model).apply(tf.withSubScope("update"), in.rule(gradient))
            : new Iterate<>(Map.of(), Map.of());
    return new Result<>(
        g.loss(), next, keepGradient ? gradient : Map.of(), keepProducts ? g.products() : Map.of());
  }
}
