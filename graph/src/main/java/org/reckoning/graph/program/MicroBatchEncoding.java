package org.reckoning.graph.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.inner.Iterate;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.program.KnowledgeProgram.EncodingProgress;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.unroll.StepwiseEncoding;
import org.reckoning.graph.variables.Variables;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Encodes facts in micro-batches of one shape. Each run of the session computes one micro-batch,
 * and variables keep the tensors between the runs. So neither the memory nor the graph depends on
 * the number of facts.
 */
final class MicroBatchEncoding<T extends TNumber> {
  private final ModelSession<T> session;
  private final Kept<T> kept;
  private final int facts;
  private final Facts<T> feeds;
  private final Operand<T> lossBefore; // [1]
  private final Operand<TInt32> step; // from 0
  private final @Nullable Gradient<T> gradient;
  private final Operand<T> loss; // [1]

  /**
   * The tensors between the runs, without a task axis.
   *
   * @param theta adapted weights
   * @param sums gradient of the micro-batches so far
   * @param state state of the inner optimizer, by slot
   * @param releases ops that free the sums and the state
   */
  record Kept<T extends TNumber>(
      Variables<T> theta, Variables<T> sums, Map<String, Variables<T>> state, List<Op> releases) {

    /** Adds variables for the sums and the state to those of the adapted weights. */
    static <T extends TNumber> Kept<T> of(Ops tf, ModelSession<T> session, Variables<T> theta) {
      Variables<T> sums = new Variables<>(tf, "inner_gradient", theta.shapes(), theta.type());
      List<Op> releases = new ArrayList<>(sums.releases(tf.withSubScope("release")));
      Map<String, Variables<T>> state = new LinkedHashMap<>();
      for (String slot : session.config().innerOptimizer().slots()) {
        Variables<T> ofSlot = new Variables<>(tf, "inner_" + slot, theta.shapes(), theta.type());
        releases.addAll(ofSlot.releases(tf.withSubScope("release")));
        state.put(slot, ofSlot);
      }
      return new Kept<>(theta, sums, state, releases);
    }
  }

  /**
   * Fetch and ops of an inner step.
   *
   * @param loss inner loss of the micro-batches so far [1]
   * @param keep ops that keep the sum of the gradient
   * @param updates ops of the update, for each block of weights
   */
  private record Gradient<T extends TNumber>(
      Operand<T> loss, List<Op> keep, List<List<Op>> updates) {}

  /**
   * Emits the graph.
   *
   * @param model a model with more facts than a micro-batch has
   */
  MicroBatchEncoding(Ops tf, ModelSession<T> session, TaskModel<T> model, Kept<T> kept) {
    this.session = session;
    this.kept = kept;
    TaskModel<T> micro = model.microBatch();
    facts = micro.shape().facts();
    Ops fed = tf.withSubScope("feeds");
    feeds = Facts.of(Facts.specs(micro).placeholders(fed), model.type());
    lossBefore = fed.placeholder(model.type(), Placeholder.shape(Shape.of(1)));
    step = fed.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));

    StepwiseEncoding<T> parts = new StepwiseEncoding<>(model);
    Weights<T> weights =
        new Weights<>(
            withTaskAxis(tf, kept.theta().reads()),
            model.shared(tf, session.parameters().weights().reads()));
    gradient =
        session
            .parameters()
            .emitRates(tf)
            .map(rates -> gradient(tf, parts, weights, rates))
            .orElse(null);
    loss = parts.plus(tf.withSubScope("loss"), lossBefore, weights, feeds);
  }

  private Gradient<T> gradient(
      Ops tf, StepwiseEncoding<T> parts, Weights<T> weights, Operand<T> rates) {
    Ops scope = tf.withSubScope("gradient");
    StepwiseEncoding.Sums<T> before =
        new StepwiseEncoding.Sums<>(lossBefore, withTaskAxis(scope, kept.sums().reads()));
    StepwiseEncoding.Sums<T> after = parts.plus(scope, before, weights, feeds);
    List<Op> keep = kept.sums().assignments(scope, withoutTaskAxis(scope, after.gradient()));

    return new Gradient<>(
        after.loss(), keep, updates(tf.withSubScope("update"), parts, weights, before, rates));
  }

  private List<List<Op>> updates(
      Ops tf,
      StepwiseEncoding<T> parts,
      Weights<T> weights,
      StepwiseEncoding.Sums<T> sums,
      Operand<T> rates) {
    Map<String, Map<String, Operand<T>>> state = new LinkedHashMap<>();
    kept.state().forEach((slot, values) -> state.put(slot, withTaskAxis(tf, values.reads())));
    List<Iterate<T>> blocks =
        parts.updates(
            tf,
            new Iterate<>(weights.theta(), state),
            sums.gradient(),
            tf.gather(rates, step, tf.constant(1)),
            tf.dtypes.cast(tf.math.add(step, tf.constant(1)), session.type()));
    List<List<Op>> updates = new ArrayList<>();
    for (Iterate<T> block : blocks) {
      List<Op> ops = new ArrayList<>(assignments(tf, kept.theta(), block.theta()));
      kept.state()
          .forEach(
              (slot, variables) ->
                  ops.addAll(
                      assignments(tf, variables, Objects.requireNonNull(block.state().get(slot)))));
      updates.add(ops);
    }
    return updates;
  }

  private static <T extends TNumber> List<Op> assignments(
      Ops tf, Variables<T> variables, Map<String, Operand<T>> values) {
    List<Op> ops = new ArrayList<>();
    withoutTaskAxis(tf, values)
        .forEach((name, value) -> ops.add(variables.assignment(tf, name, value)));
    return ops;
  }

  private static <T extends TNumber> Map<String, Operand<T>> withTaskAxis(
      Ops tf, Map<String, Operand<T>> values) {
    Map<String, Operand<T>> expanded = new LinkedHashMap<>(values);
    expanded.replaceAll((name, value) -> tf.expandDims(value, tf.constant(0)));
    return expanded;
  }

  private static <T extends TNumber> Map<String, Operand<T>> withoutTaskAxis(
      Ops tf, Map<String, Operand<T>> values) {
    Map<String, Operand<T>> squeezed = new LinkedHashMap<>(values);
    squeezed.replaceAll((name, value) -> tf.squeeze(value, Squeeze.axis(List.of(0L))));
    return squeezed;
  }

  /**
   * Makes the inner steps. The adapted weights must be the initial weights.
   *
   * @param batch a batch of one task
   * @return the inner loss before each step and after the last [K+1]
   * @throws NotFiniteException if a loss is not finite; the adapted weights are then unusable
   */
  double[] encode(TaskBatch batch, EncodingProgress progress) {
    int innerSteps = session.config().innerSteps();
    List<TaskBatch> microBatches = batch.microBatches(facts);
    double[] number = batch.factCounts();
    Sweep sweep = new Sweep(microBatches, number, (innerSteps + 1) * microBatches.size(), progress);
    double[] losses = new double[innerSteps + 1];
    try {
      kept.state().values().forEach(state -> state.zero(session.session()));
      for (int k = 0; k < innerSteps; k++) {
        kept.sums().zero(session.session());
        Gradient<T> g = Objects.requireNonNull(gradient);
        losses[k] = finite(k, sweep.sum(g.loss(), g.keep()));
        for (List<Op> block : g.updates()) {
          try (FedTensors<T> fed = session.feeds().put(step, k)) {
            run(fed.into(session.runner()), block);
          }
        }
      }
      losses[innerSteps] = finite(innerSteps, sweep.sum(loss, List.of()));
    } finally {
      run(session.runner(), kept.releases());
    }
    return losses;
  }

  private static void run(Session.Runner runner, List<Op> targets) {
    targets.forEach(runner::addTarget);
    runner.run().close();
  }

  private static double finite(int k, double loss) {
    NotFiniteException.require("inner loss after %d inner steps".formatted(k), loss);
    return loss;
  }

  /** Runs all micro-batches, K + 1 times in all. */
  private final class Sweep {
    private final List<TaskBatch> microBatches;
    private final double[] number;
    private final int of;
    private final EncodingProgress progress;
    private int done;

    Sweep(List<TaskBatch> microBatches, double[] number, int of, EncodingProgress progress) {
      this.microBatches = microBatches;
      this.number = number;
      this.of = of;
      this.progress = progress;
    }

    /** Returns the loss of all micro-batches. */
    double sum(Operand<T> lossAfter, List<Op> targets) {
      double sum = 0;
      for (TaskBatch microBatch : microBatches) {
        try (FedTensors<T> fed =
            session
                .feeds()
                .put(feeds, microBatch)
                .put(Objects.requireNonNull(feeds.scoredOfTask()), number)
                .put(lossBefore, sum)) {
          Session.Runner runner = fed.into(session.runner()).fetch(lossAfter);
          targets.forEach(runner::addTarget);
          try (Result fetched = runner.run()) {
            sum = HostTensors.toDoubles(fetched.get(0))[0];
          }
        }
        progress.encoded(++done, of);
      }
      return sum;
    }
  }
}
