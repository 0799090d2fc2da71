package org.reckoning.graph.unroll;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.inner.InnerStep;
import org.reckoning.graph.inner.Zeros;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The losses of the facts at the adapted weights, as sums over micro-batches. Every call of the
 * segment adds one micro-batch to the sums of the calls before, so only the activations of one are
 * in memory.
 *
 * <pre>{@code
 * fact_loss           inner loss and recall
 * fact_loss_gradient  the same under the dropout of the outer loss, and the gradient of recall
 * }</pre>
 */
final class FactSums<T extends TNumber> {
  private static final String RELEVANT = "relevant";
  private static final String RELEVANT_NUMBER = "relevant_number";
  private static final String TASK_WEIGHTS = "task_weights";

  private final TaskModel<T> model;
  private final Parts parts;
  private final Segment segment;

  /** The sums that a segment computes. */
  enum Parts {
    /** The inner loss. */
    INNER,
    /** The inner loss and the loss of the relevant facts. */
    RECALL,
    /** The same, and the gradient of the term of recall in the outer loss. */
    RECALL_GRADIENT;

    /** Returns what the outer loss of a model needs. */
    static Parts of(TaskModel<?> model, boolean trains) {
      if (model.config().outerTerms().stream().noneMatch(OuterTerm.Recall.class::isInstance)) {
        return INNER;
      }
      return trains && recallWeight(model) > 0 ? RECALL_GRADIENT : RECALL;
    }
  }

  /**
   * Sums over micro-batches.
   *
   * @param inner inner loss [N]
   * @param recall loss of the relevant facts [N]; null if no term needs it
   * @param theta cotangents of the adapted weights, by name; empty without derivatives
   * @param shared cotangents of the trained shared weights; empty without derivatives
   */
  record Sums<T extends TNumber>(
      Operand<T> inner,
      @Nullable Operand<T> recall,
      Map<String, Operand<T>> theta,
      Map<String, Operand<T>> shared) {
    private static final String INNER_LOSS = "facts_sum/inner_loss";
    private static final String RECALL_LOSS = "facts_sum/recall_loss";
    private static final String D_THETA = "facts_sum/d_theta";
    private static final String D_SHARED = "facts_sum/d_shared";

    /** Returns the arguments of a segment that reads sums. */
    static Specs specs(TaskModel<?> model, Parts parts) {
      Shape tasks = Shape.of(model.shape().tasks());
      Specs specs = new Specs().tensor(INNER_LOSS, model.type(), tasks);
      if (parts != Parts.INNER) {
        specs.tensor(RECALL_LOSS, model.type(), tasks);
      }
      return parts == Parts.RECALL_GRADIENT
          ? specs
              .tensors(D_THETA, model.type(), model.thetaShapes())
              .tensors(D_SHARED, model.type(), model.trainedSharedShapes())
          : specs;
    }

    /** Reads the sums from the arguments or results of a segment. */
    static <T extends TNumber> Sums<T> of(Tensors in, Class<T> type) {
      return new Sums<>(
          in.get(INNER_LOSS, type),
          in.contains(RECALL_LOSS) ? in.get(RECALL_LOSS, type) : null,
          in.under(D_THETA, type),
          in.under(D_SHARED, type));
    }

    /** Returns the sums as named arguments or results of a segment. */
    Tensors named() {
      Tensors named = new Tensors().put(INNER_LOSS, inner);
      if (recall != null) {
        named.put(RECALL_LOSS, recall);
      }
      return named.putAll(D_THETA, theta).putAll(D_SHARED, shared);
    }
  }

  FactSums(TaskModel<T> model, Parts parts) {
    this.model = model;
    this.parts = parts;
    TaskModel<T> micro = model.microBatch();
    Shape facts = Shape.of(micro.shape().tasks(), micro.shape().facts());
    Specs specs =
        new Specs()
            .all(Weights.specs(micro))
            .all(Facts.specs(micro))
            .tensor(RELEVANT, model.type(), facts)
            .tensor(RELEVANT_NUMBER, model.type(), facts.take(1))
            .tensor(TASK_WEIGHTS, model.type(), facts.take(1))
            .tensor(TaskInputs.SEED, TInt64.class, Shape.scalar())
            .all(Sums.specs(micro, parts));
    segment =
        Segment.define(
            parts == Parts.RECALL_GRADIENT ? "fact_loss_gradient" : "fact_loss",
            specs,
            List.of(),
            (tf, in) -> sums(tf, micro, parts, in).named());
  }

  /** Returns the weight of the term of recall in the outer loss; 0 without a gradient. */
  static double recallWeight(TaskModel<?> model) {
    return model.config().outerTerms().stream()
        .filter(OuterTerm.Recall.class::isInstance)
        .mapToDouble(OuterTerm::weight)
        .sum();
  }

  private static <T extends TNumber> Sums<T> sums(
      Ops tf, TaskModel<T> micro, Parts parts, Tensors in) {
    Class<T> type = micro.type();
    Weights<T> weights = Weights.of(in, type);
    Facts<T> facts = Facts.of(in, type);
    Sums<T> before = Sums.of(in, type);
    boolean differentiates = parts == Parts.RECALL_GRADIENT;
    LanguageModelLoss<T> scores =
        differentiates
            ? micro.score(
                tf,
                weights,
                facts,
                new TaskModel.Masks(
                    micro.config().outerDropout(), in.get(TaskInputs.SEED, TInt64.class)),
                null)
            : micro.evaluate(tf, weights, facts);
    Ops scope = tf.withSubScope("inner_loss");
    Operand<T> inner = scope.math.add(before.inner(), micro.innerLoss(scope, scores, facts));
    if (before.recall() == null) {
      return new Sums<>(inner, null, Map.of(), Map.of());
    }
    scope = tf.withSubScope("recall");
    Operand<T> relevant = scope.expandDims(in.get(RELEVANT, type), scope.constant(-1));
    Operand<T> recall =
        scores.taskLosses(
            scope, scope.math.mul(facts.targets(), relevant), in.get(RELEVANT_NUMBER, type));
    Sums<T> after = new Sums<>(inner, scope.math.add(before.recall(), recall), Map.of(), Map.of());
    if (!differentiates) {
      return after;
    }
    Operand<T> loss =
        scope.sum(scope.math.mul(recall, in.get(TASK_WEIGHTS, type)), scope.constant(0));
    loss = scope.math.mul(loss, Scalars.of(scope, type, recallWeight(micro)));
    LossGradient<T> gradient = LossGradient.of(tf.withSubScope("gradient"), micro, weights, loss);
    return new Sums<>(
        after.inner(),
        after.recall(),
        InnerStep.sum(tf, before.theta(), gradient.theta()),
        InnerStep.sum(tf, before.shared(), gradient.shared()));
  }

  Segment segment() {
    return segment;
  }

  /**
   * Emits the sums over all micro-batches.
   *
   * @param facts micro-batches
   * @param tasks tasks with all facts and the seed of the outer loss
   */
  Sums<T> ofAll(
      Ops tf, Weights<T> weights, List<Facts<T>> facts, TaskInputs<T> tasks, Zeros<T> zeros) {
    Tensors recall = new Tensors();
    List<Operand<T>> relevant = List.of();
    if (parts != Parts.INNER) {
      Ops scope = tf.withSubScope("relevant");
      Operand<T> mask =
          scope.math.mul(
              tasks.facts().targets(), scope.expandDims(tasks.relevant(), scope.constant(-1)));
      recall.put(RELEVANT_NUMBER, LanguageModelLoss.scoredSequences(scope, mask));
      recall.put(TASK_WEIGHTS, tasks.weights());
      relevant = model.microBatches(scope, tasks.relevant());
    }
    Sums<T> sums = start(zeros);
    for (int i = 0; i < facts.size(); i++) {
      Ops scope = tf.withSubScope("micro_" + i);
      Tensors arguments = new Tensors().putAll(recall);
      if (!relevant.isEmpty()) {
        arguments.put(RELEVANT, relevant.get(i));
      }
      if (drops()) {
        arguments.put(TaskInputs.SEED, RandomSeed.of(scope, tasks.requireSeed(), "micro-batch", i));
      }
      sums = plus(scope, sums, weights, facts.get(i), arguments);
    }
    return sums;
  }

  /** Emits the inner loss over all micro-batches [N]. */
  Operand<T> innerLoss(Ops tf, Weights<T> weights, List<Facts<T>> facts, Zeros<T> zeros) {
    Operand<T> loss = zeros.ofTasks();
    for (int i = 0; i < facts.size(); i++) {
      loss = innerLoss(tf.withSubScope("micro_" + i), weights, facts.get(i), loss);
    }
    return loss;
  }

  /** Emits the inner loss of a micro-batch plus that of those before [N]. */
  Operand<T> innerLoss(Ops tf, Weights<T> weights, Facts<T> facts, Operand<T> before) {
    return plus(tf, new Sums<>(before, null, Map.of(), Map.of()), weights, facts, new Tensors())
        .inner();
  }

  private Sums<T> plus(Ops tf, Sums<T> before, Weights<T> weights, Facts<T> facts, Tensors more) {
    Tensors arguments = weights.named().putAll(facts.named()).putAll(before.named()).putAll(more);
    return Sums.of(model.call(tf, segment, arguments), model.type());
  }

  private Sums<T> start(Zeros<T> zeros) {
    boolean differentiates = parts == Parts.RECALL_GRADIENT;
    return new Sums<>(
        zeros.ofTasks(),
        parts == Parts.INNER ? null : zeros.ofTasks(),
        differentiates ? zeros.of(model.thetaShapes()) : Map.of(),
        differentiates ? zeros.of(model.trainedSharedShapes()) : Map.of());
  }

  /** Returns whether the segment has dropout and therefore reads a seed. */
  boolean drops() {
    return segment.passedArguments().contains(TaskInputs.SEED);
  }
}
