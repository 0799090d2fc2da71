package org.reckoning.graph.program;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.variables.Variables;
import org.reckoning.graph.xla.Segment;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * State of the outer optimizer, accumulated gradients of several passes, and feeds of an update.
 */
final class OuterStep<T extends TNumber> {
  private final BilevelConfig config;
  private final MetaParameters<T> parameters;
  private final Class<T> type;
  private final Variables<T> firstMoments;
  private final Variables<T> secondMoments;
  private final Variables<T> accumulators;
  private final OuterUpdate<T> update;
  private final Operand<T> normsOfAccumulated;
  private final Operand<T> weightsRate;
  private final Operand<T> ratesRate;
  private final Operand<T> step;

  OuterStep(ModelSession<T> model) {
    config = model.config();
    parameters = model.parameters();
    type = model.type();
    Ops tf = model.tf();
    weightsRate = scalarFeed(tf, "outer_rate.weights");
    ratesRate = scalarFeed(tf, "outer_rate.rates");
    step = scalarFeed(tf, "outer_step");
    Map<String, Shape> updated = new LinkedHashMap<>();
    model.layout().trained().forEach(name -> updated.put(name, model.layout().shape(name)));
    if (config.innerRates().learned()) {
      updated.putAll(parameters.rates().shapes());
    }
    firstMoments = new Variables<>(tf, "adam_m", updated, type);
    secondMoments = new Variables<>(tf, "adam_v", updated, type);
    accumulators = new Variables<>(tf, "accumulated", updated, type);
    update = new OuterUpdate<>(config.outerOptimizer(), updated, type);
    Ops accumulated = tf.withSubScope("apply_accumulated");
    normsOfAccumulated = apply(accumulated, accumulators.reads(), Scalars.of(accumulated, type, 0));
  }

  private Operand<T> scalarFeed(Ops tf, String name) {
    return tf.withName(name).placeholder(type, Placeholder.shape(Shape.scalar()));
  }

  /**
   * Emits an update.
   *
   * @return the squared norm of each gradient, then their sum [trained weights, + 1 if rates are
   *     learned, + 1], after the update
   */
  Operand<T> apply(Ops tf, Map<String, Operand<T>> gradients, Operand<T> check) {
    Map<String, Operand<? extends TType>> handles =
        new LinkedHashMap<>(parameters.weights().handles());
    handles.putAll(parameters.rates().handles());
    handles.keySet().retainAll(firstMoments.shapes().keySet());
    OuterUpdate.Arguments<T> arguments =
        new OuterUpdate.Arguments<>(
            handles,
            firstMoments.handles(),
            secondMoments.handles(),
            gradients,
            check,
            weightsRate,
            ratesRate,
            step);
    return update.emit(tf, arguments, config.xla().compiles());
  }

  /** Emits ops that set the accumulated gradients. */
  List<Op> set(Ops tf, Map<String, Operand<T>> gradients) {
    return accumulators.assignments(tf, gradients);
  }

  /** Emits ops that add to the accumulated gradients. */
  List<Op> add(Ops tf, Map<String, Operand<T>> gradients) {
    return accumulators.additions(tf, gradients);
  }

  /** Returns the accumulated gradients, by name of the updated variable. */
  Variables<T> accumulated() {
    return accumulators;
  }

  /**
   * Returns the result of {@link #apply} on the accumulated gradients; a fetch makes the update.
   */
  Operand<T> normsOfAccumulated() {
    return normsOfAccumulated;
  }

  /** Returns the first and the second moments. */
  List<Variables<T>> moments() {
    return List.of(firstMoments, secondMoments);
  }

  /** Returns the names of the updated variables, in the order of their norms. */
  List<String> updated() {
    return List.copyOf(firstMoments.shapes().keySet());
  }

  List<Segment> segments() {
    return update.segments();
  }

  /** Sets the moments to 0. */
  void reset(Session session) {
    moments().forEach(each -> each.zero(session));
  }

  /** Returns the feeds of the learning rates and of the update number, which starts at 1. */
  FedTensors<T> feeds(OuterRates learningRates, long number) {
    return new FedTensors<>(type)
        .put(weightsRate, learningRates.weights())
        .put(ratesRate, learningRates.rates())
        .put(step, (double) number);
  }
}
