package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.inner.Zeros;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The losses at the adapted weights: a call of {@code outer} or {@code evaluate}. With
 * micro-batches it scores the questions alone, and reads the losses of the facts from {@link
 * FactSums}.
 */
final class OuterLoss<T extends TNumber> {
  private final TaskModel<T> model;
  private final Segment segment;
  private final @Nullable FactSums<T> facts;
  private final @Nullable Segment prefixReader;

  private OuterLoss(TaskModel<T> model, Segment segment, boolean trains) {
    this.model = model;
    this.segment = segment;
    prefixReader = model.shape().prefixTokens() == 0 ? null : Prefixes.reader(model);
    facts = model.splitsFacts() ? new FactSums<>(model, FactSums.Parts.of(model, trains)) : null;
  }

  /** Returns the outer loss of training, with its gradient and dropout. */
  static <T extends TNumber> OuterLoss<T> ofTraining(TaskModel<T> model) {
    return new OuterLoss<>(model, LossSegments.outer(model), true);
  }

  /** Returns the outer loss of an evaluation. */
  static <T extends TNumber> OuterLoss<T> ofEvaluation(TaskModel<T> model) {
    return new OuterLoss<>(model, LossSegments.evaluate(model), false);
  }

  /** Returns the segments in the order of their calls. */
  List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    if (facts != null) {
      segments.add(facts.segment());
    }
    if (prefixReader != null) {
      segments.add(prefixReader);
    }
    segments.add(segment);
    return segments;
  }

  /** Emits the keys and values of the prefixes of the questions. */
  PrefixCache<T> prefix(Ops tf, Weights<T> adapted, TaskInputs<T> tasks) {
    Prefixes prefixes = tasks.prefixes();
    return prefixes == null || prefixReader == null
        ? PrefixCache.none()
        : prefixes.read(tf, model, prefixReader, adapted);
  }

  /**
   * Emits the losses.
   *
   * @param prefix prefixes of the questions
   * @param tasks tasks with the seed of the pass
   * @param microBatches the facts of the tasks
   */
  LossSegments.Result<T> call(
      Ops tf,
      Weights<T> adapted,
      PrefixCache<T> prefix,
      TaskInputs<T> tasks,
      List<Facts<T>> microBatches,
      Zeros<T> zeros) {
    TaskInputs<T> seeded = tasks.withSeed(seed(tf, tasks));
    Tensors arguments = adapted.named().putAll(seeded.named()).putAll(Prefixes.named(prefix));
    if (facts != null) {
      Ops scope = tf.withSubScope("facts");
      arguments.putAll(facts.ofAll(scope, adapted, microBatches, seeded, zeros).named());
    }
    return LossSegments.Result.of(model.call(tf, segment, arguments), model.type());
  }

  private @Nullable Operand<TInt64> seed(Ops tf, TaskInputs<T> tasks) {
    boolean drops =
        segment.passedArguments().contains(TaskInputs.SEED) || (facts != null && facts.drops());
    return drops ? RandomSeed.of(tf, tasks.requireSeed(), "outer loss") : null;
  }
}
