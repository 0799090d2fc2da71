package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The update rule U and its pullback in segments of their own, {@code inner_update} and {@code
 * inner_update_pullback}, for one block of weights at a time: what a block has read is free before
 * the next one is worked on. Blocks with equal names and shapes call the same segments. Names of
 * weights in arguments are local to the block.
 */
final class BlockUpdates<T extends TNumber> {
  private final TaskModel<T> model;
  private final Map<WeightBlock, BlockSegments> blocks = new LinkedHashMap<>();

  private record BlockSegments(Segment update, @Nullable Segment pullback) {}

  /**
   * @param trains whether the pullbacks are needed, too
   */
  BlockUpdates(TaskModel<T> model, boolean trains) {
    this.model = model;
    Map<Map<String, Shape>, BlockSegments> known = new LinkedHashMap<>();
    for (WeightBlock block : WeightBlock.of(model.layout().adapted())) {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      block.localNames().forEach((name, local) -> shapes.put(local, model.thetaShapes().get(name)));
      blocks.put(block, known.computeIfAbsent(shapes, each -> define(each, trains)));
    }
  }

  private BlockSegments define(Map<String, Shape> shapes, boolean trains) {
    Class<T> type = model.type();
    InnerUpdate<T> update =
        new InnerUpdate<>(model.config().innerOptimizer(), List.copyOf(shapes.keySet()), type);
    Map<String, Shape> ofState = new LinkedHashMap<>();
    for (String slot : update.optimizer().slots()) {
      shapes.forEach((name, shape) -> ofState.put(slot + "/" + name, shape));
    }
    Specs specs =
        new Specs()
            .tensors("theta", type, shapes)
            .tensors("state", type, ofState)
            .tensor("rates", type, Shape.of(shapes.size()))
            .tensor("step", type, Shape.scalar())
            .tensors("gradient", type, shapes);
    Specs cotangents =
        new Specs().all(specs).tensors("d_theta", type, shapes).tensors("d_state", type, ofState);
    return new BlockSegments(
        Segment.define(
            "inner_update", specs, List.of(), (tf, in) -> update.apply(tf, in, gradients(in))),
        trains
            ? Segment.define(
                "inner_update_pullback",
                cotangents,
                List.of(),
                (tf, in) -> buildPullback(tf, in, update))
            : null);
  }

  private Tensors buildPullback(Ops tf, Tensors in, InnerUpdate<T> update) {
    InnerUpdate.Cotangents<T> bars = update.pullback(tf, in, gradients(in));
    Tensors out = update.named(tf, "d_theta", in, bars.theta());
    for (String slot : update.optimizer().slots()) {
      List<@Nullable Operand<T>> ofSlot = new ArrayList<>();
      bars.state().forEach(state -> ofSlot.add(state.get(slot)));
      out.putAll(update.named(tf, "d_state/" + slot, in, ofSlot));
    }
    return out.putAll(update.named(tf, "d_gradient", in, bars.gradient()))
        .put("d_rates", update.rateGradients(tf, bars));
  }

  private List<Operand<T>> gradients(Tensors in) {
    return List.copyOf(in.under("gradient", model.type()).values());
  }

  Set<WeightBlock> blocks() {
    return blocks.keySet();
  }

  /** Returns the segments of U. */
  Set<Segment> updates() {
    Set<Segment> segments = new LinkedHashSet<>();
    blocks.values().forEach(block -> segments.add(block.update()));
    return segments;
  }

  /** Returns the segments of its pullback. */
  Set<Segment> pullbacks() {
    Set<Segment> segments = new LinkedHashSet<>();
    blocks.values().forEach(block -> segments.add(Objects.requireNonNull(block.pullback())));
    return segments;
  }

  /**
   * Emits U for a block.
   *
   * @param arguments {@code theta}, {@code state} and those of {@link #step}
   * @return {@code theta}, {@code state}
   */
  Tensors update(Ops tf, WeightBlock block, Tensors arguments) {
    return model.call(tf, Objects.requireNonNull(blocks.get(block)).update(), arguments);
  }

  /**
   * Emits the pullback of U for a block.
   *
   * @param arguments those of U, {@code d_theta}, {@code d_state}
   * @return {@code d_theta}, {@code d_state}, {@code d_gradient}, {@code d_rates}
   */
  Tensors pullback(Ops tf, WeightBlock block, Tensors arguments) {
    BlockSegments segments = Objects.requireNonNull(blocks.get(block));
    return model.call(tf, Objects.requireNonNull(segments.pullback()), arguments);
  }

  /**
   * Returns what U reads of a step, for a block.
   *
   * @param step holds {@code rates} of all weights and {@code step}
   * @param gradients g by name of the weight
   */
  Tensors step(Ops tf, WeightBlock block, Tensors step, Map<String, Operand<T>> gradients) {
    Operand<T> rates =
        tf.slice(
            step.get("rates", model.type()),
            tf.constant(new long[] {block.first()}),
            tf.constant(new long[] {block.localNames().size()}));
    return block
        .local(new Tensors().putAll("gradient", gradients), "gradient")
        .put("rates", rates)
        .put("step", step.get("step"));
  }
}
