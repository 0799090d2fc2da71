package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The update rule U and its pullback for one block of weights at a time, as segments {@code
 * inner_update} and {@code inner_update_pullback}. The tensors of one block are freed before the
 * next block starts. Blocks with equal local names and shapes call the same segments. Arguments
 * have names local to the block.
 */
public final class BlockUpdates<T extends TNumber> {
  static final String D_GRADIENT = "d_gradient";

  private final TaskModel<T> model;
  private final Map<WeightBlock, BlockSegments> blocks = new LinkedHashMap<>();

  private record BlockSegments(Segment update, @Nullable Segment pullback) {}

  /**
   * Cotangents of the arguments of U for a block, under local names.
   *
   * @param iterate cotangent of theta_k and the state
   * @param gradient cotangents of g
   * @param rates cotangent of the rates of the block
   */
  record PulledBlock<T extends TNumber>(
      Iterate<T> iterate, Map<String, Operand<T>> gradient, Operand<T> rates) {
    Tensors named() {
      return iterate.namedCotangent().putAll(D_GRADIENT, gradient).put(Cotangents.D_RATES, rates);
    }
  }

  /**
   * @param trains whether to define the pullbacks too
   */
  public BlockUpdates(TaskModel<T> model, boolean trains) {
    this.model = model;
    Map<Map<String, Shape>, BlockSegments> known = new LinkedHashMap<>();
    for (WeightBlock block : WeightBlock.of(model.layout().adapted())) {
      blocks.put(
          block,
          known.computeIfAbsent(block.local(model.thetaShapes()), each -> define(each, trains)));
    }
  }

  private BlockSegments define(Map<String, Shape> shapes, boolean trains) {
    InnerUpdate<T> update =
        new InnerUpdate<>(
            model.config().innerOptimizer(), List.copyOf(shapes.keySet()), model.type());
    Specs specs = RuleArguments.specs(model.slots(), shapes, model.type());
    Specs cotangents =
        new Specs().all(specs).all(Iterate.cotangentSpecs(model.slots(), shapes, model.type()));
    return new BlockSegments(
        Segment.define(
            "inner_update", specs, List.of(), (tf, in) -> update.apply(tf, arguments(in)).named()),
        trains
            ? Segment.define(
                "inner_update_pullback",
                cotangents,
                List.of(),
                (tf, in) -> buildPullback(tf, in, update).named())
            : null);
  }

  private RuleArguments<T> arguments(Tensors in) {
    return RuleArguments.of(in, model.slots(), model.type());
  }

  private PulledBlock<T> buildPullback(Ops tf, Tensors in, InnerUpdate<T> update) {
    RuleArguments<T> arguments = arguments(in);
    Map<String, Operand<T>> theta = arguments.iterate().theta();
    InnerUpdate.PulledUpdate<T> pulled =
        update.pullback(tf, arguments, Iterate.cotangentOf(in, model.slots(), model.type()));
    Map<String, Operand<T>> ofTheta = update.byName(tf, theta, pulled.theta());
    Map<String, Map<String, Operand<T>>> ofState = new LinkedHashMap<>();
    for (String slot : model.slots()) {
      List<@Nullable Operand<T>> ofSlot = new ArrayList<>();
      pulled.state().forEach(state -> ofSlot.add(state.get(slot)));
      ofState.put(slot, update.byName(tf, theta, ofSlot));
    }
    return new PulledBlock<>(
        new Iterate<>(ofTheta, ofState),
        update.byName(tf, theta, pulled.gradient()),
        update.rateCotangents(tf, pulled));
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

  /** Returns the segments of the pullback of U. */
  Set<Segment> pullbacks() {
    Set<Segment> segments = new LinkedHashSet<>();
    blocks.values().forEach(block -> segments.add(Objects.requireNonNull(block.pullback())));
    return segments;
  }

  /** Emits U for a block, under local names. */
  Iterate<T> update(Ops tf, WeightBlock block, RuleArguments<T> arguments) {
    Segment update = Objects.requireNonNull(blocks.get(block)).update();
    return Iterate.of(model.call(tf, update, arguments.named()), model.slots(), model.type());
  }

  /**
   * Emits U for every block of a step.
   *
   * @param gradient g of the step, by name of the weight
   * @param rates inner rates of the step, of all adapted weights [J]
   * @param number number of the step, starting at 1, a scalar
   * @return the iterate after the step of each block
   */
  public List<Iterate<T>> ofStep(
      Ops tf,
      Iterate<T> iterate,
      Map<String, Operand<T>> gradient,
      Operand<T> rates,
      Operand<T> number) {
    List<Iterate<T>> parts = new ArrayList<>();
    for (WeightBlock block : blocks()) {
      Ops scope = tf.withSubScope(block.scope());
      RuleArguments<T> own = arguments(scope, block, iterate.local(block), rates, number, gradient);
      parts.add(update(scope, block, own).global(block));
    }
    return parts;
  }

  /** Emits the pullback of U for a block, under local names. */
  PulledBlock<T> pullback(
      Ops tf, WeightBlock block, RuleArguments<T> arguments, Iterate<T> cotangent) {
    BlockSegments segments = Objects.requireNonNull(blocks.get(block));
    Tensors out =
        model.call(
            tf,
            Objects.requireNonNull(segments.pullback()),
            arguments.named().putAll(cotangent.namedCotangent()));
    return new PulledBlock<>(
        Iterate.cotangentOf(out, model.slots(), model.type()),
        out.under(D_GRADIENT, model.type()),
        out.get(Cotangents.D_RATES, model.type()));
  }

  /**
   * Returns the arguments of U in a step for a block, under local names.
   *
   * @param iterate iterate of the block, under local names
   * @param allRates inner rates of the step, of all adapted weights [J]
   * @param number number of the step, starting at 1, a scalar
   * @param gradients g of the step, by name of the weight
   */
  RuleArguments<T> arguments(
      Ops tf,
      WeightBlock block,
      Iterate<T> iterate,
      Operand<T> allRates,
      Operand<T> number,
      Map<String, Operand<T>> gradients) {
    Operand<T> rates =
        tf.slice(
            allRates,
            tf.constant(new long[] {block.first()}),
            tf.constant(new long[] {block.localNames().size()}));
    return new RuleArguments<>(iterate, rates, number, block.local(gradients));
  }
}
