package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
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

  private InnerStep(TaskModel<T> model, Segment segment, @Nullable BlockUpdates<T> updates) {
    this.model = model;
    this.segment = segment;
    this.updates = updates;
  }

  /**
   * Returns the step of training, with dropout.
   *
   * @param updates U in blocks; null if U has no state
   * @param keepGradient whether the step also returns g, which some pullbacks read
   */
  static <T extends TNumber> InnerStep<T> ofTraining(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates, boolean keepGradient) {
    String name = updates == null ? "inner_step" : "inner_gradient";
    return define(name, model, updates, keepGradient, model.config().innerDropout());
  }

  /** Returns the step of an evaluation, without dropout. */
  static <T extends TNumber> InnerStep<T> ofEvaluation(
      TaskModel<T> model, @Nullable BlockUpdates<T> updates) {
    String name = updates == null ? "inner_step_evaluation" : "inner_gradient_evaluation";
    return define(name, model, updates, false, 0);
  }

  private static <T extends TNumber> InnerStep<T> define(
      String name,
      TaskModel<T> model,
      @Nullable BlockUpdates<T> updates,
      boolean keepGradient,
      double dropout) {
    boolean updatesInside = updates == null;
    Segment segment =
        Segment.define(
            name,
            StepArguments.specs(model),
            List.of(),
            (tf, in) ->
                build(
                    tf,
                    model,
                    StepArguments.of(in, model),
                    updatesInside,
                    keepGradient || !updatesInside,
                    dropout));
    return new InnerStep<>(model, segment, updates);
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
   */
  record Result<T extends TNumber>(
      Operand<T> loss, Iterate<T> iterate, Map<String, Operand<T>> gradient) {
    private static final String LOSS = "loss";

    Tensors named() {
      return new Tensors()
          .put(LOSS, loss)
          .putAll(iterate.named())
          .putAll(RuleArguments.GRADIENT, gradient);
    }

    static <T extends TNumber> Result<T> of(Tensors out, TaskModel<T> model) {
      return new Result<>(
          out.get(LOSS, model.type()),
          Iterate.of(out, List.of(), model.type()),
          out.under(RuleArguments.GRADIENT, model.type()));
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
    return new Result<>(step.loss(), new Iterate<>(theta, state), step.gradient());
  }

  private static <T extends TNumber> Tensors build(
      Ops tf,
      TaskModel<T> model,
      StepArguments<T> in,
      boolean update,
      boolean keepGradient,
      double dropout) {
    TaskModel.Masks masks =
        new TaskModel.Masks(dropout, Objects.requireNonNull(in.seed(), "seed of a step"));
    Operand<T> loss =
        model
            .score(tf, in.weights(), in.facts(), masks, null)
            .taskLosses(tf.withSubScope("inner_loss"), in.facts().targets()); // [N]
    Map<String, Operand<T>> theta = in.iterate().theta();
    Tangents g =
        Differentiator.standard()
            .gradients(tf.withSubScope("gradient"), loss, List.copyOf(theta.values()));

    Map<String, Operand<T>> gradient = new LinkedHashMap<>();
    for (String name : theta.keySet()) {
      gradient.put(name, g.orZero(gradient.size()).asOutput().expect(model.type()));
    }
    Iterate<T> next =
        update
            ? InnerUpdate.of(model).apply(tf.withSubScope("update"), in.rule(gradient))
            : new Iterate<>(Map.of(), Map.of());
    return new Result<>(loss, next, keepGradient ? gradient : Map.of()).named();
  }
}
