package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The outer update: clips the gradients and updates weights, rates and the state of AdamW in place.
 * Gradients that are not finite change nothing.
 *
 * <pre>{@code
 * gradient_norms   gradient/NAME, check          -> squared_norms [trained + 1], clip/.., finite
 * apply            handles, gradient/NAME, these -> done
 * }</pre>
 *
 * <p>XLA makes every new value before it replaces an old one. So {@code apply} is a call for each
 * few of the variables, one after another: only theirs are in memory twice. Small models take one
 * call.
 */
final class OuterUpdate<T extends TNumber> {
  /** Name of the variable that holds the inner rates. */
  static final String RATES = "rates";

  /** A call takes variables until they have so many numbers, 64 MB in float32. */
  private static final long NUMBERS_OF_A_CALL = 1 << 24;

  private final OuterOptimizer optimizer;
  private final Map<String, Shape> shapes;
  private final Class<T> type;
  private final Segment norms;
  private final List<Segment> applies = new ArrayList<>();

  /**
   * @param shapes the variables that are updated
   */
  OuterUpdate(OuterOptimizer optimizer, Map<String, Shape> shapes, Class<T> type) {
    this.optimizer = optimizer;
    this.shapes = shapes;
    this.type = type;
    norms =
        Segment.define(
            "gradient_norms",
            new Specs().tensors("gradient", type, shapes).tensor("check", type, Shape.scalar()),
            List.of(),
            this::buildNorms);
    Map<String, Shape> open = new LinkedHashMap<>();
    long numbers = 0;
    for (Map.Entry<String, Shape> variable : shapes.entrySet()) {
      open.put(variable.getKey(), variable.getValue());
      numbers += variable.getValue().size();
      if (numbers >= NUMBERS_OF_A_CALL) {
        applies.add(defineApply(open));
        open = new LinkedHashMap<>();
        numbers = 0;
      }
    }
    if (!open.isEmpty()) {
      applies.add(defineApply(open));
    }
  }

  private Segment defineApply(Map<String, Shape> some) {
    Specs specs =
        new Specs()
            .variables("variables", some)
            .variables("m", some)
            .variables("v", some)
            .tensors("gradient", type, some)
            .tensor("clip/weights", type, Shape.scalar())
            .tensor("clip/rates", type, Shape.scalar())
            .tensor("finite", TBool.class, Shape.scalar())
            .tensor("rate/weights", type, Shape.scalar())
            .tensor("rate/rates", type, Shape.scalar())
            .tensor("step", type, Shape.scalar());
    List<String> names = List.copyOf(some.keySet());
    return Segment.define("apply", specs, List.of(), (tf, in) -> buildApply(tf, in, names));
  }

  /** Returns the segments, in the order of their calls. */
  List<Segment> segments() {
    List<Segment> segments = new ArrayList<>(List.of(norms));
    segments.addAll(applies);
    return segments;
  }

  /**
   * Emits the update.
   *
   * <pre>{@code
   * variables/NAME, m/NAME, v/NAME   handles of what is updated: trained weights and, if learned, "rates"
   * gradient/NAME                    of the shapes of the variables
   * check                            0, or NaN to change nothing, scalar
   * rate/weights, rate/rates, step   learning rates and number of the update, scalars
   * }</pre>
   *
   * @return the squared norm of each gradient, in order [trained + 1], when all is done
   */
  Operand<T> emit(Ops tf, Tensors in, boolean compiled) {
    Tensors scales = norms.call(tf, in, compiled);
    Tensors arguments = new Tensors().putAll(in).putAll(scales);
    List<Op> done = new ArrayList<>();
    for (Segment apply : applies) {
      Ops next = done.isEmpty() ? tf : tf.withControlDependencies(done);
      done = List.of(apply.call(next, arguments, compiled).get("done"));
    }
    return tf.withControlDependencies(done).identity(scales.get("squared_norms", type));
  }

  private Tensors buildNorms(Ops tf, Tensors in) {
    Map<String, Operand<T>> squares = new LinkedHashMap<>();
    in.under("gradient", type)
        .forEach((name, g) -> squares.put(name, squaredNorm(tf.withSubScope("norm"), g)));
    List<Operand<T>> ofWeights = new ArrayList<>();
    List<Operand<T>> ofRates = new ArrayList<>();
    squares.forEach((name, square) -> (name.equals(RATES) ? ofRates : ofWeights).add(square));
    List<Operand<T>> checked = new ArrayList<>(squares.values());
    checked.add(in.get("check", type));
    return new Tensors()
        .put("squared_norms", tf.stack(List.copyOf(squares.values())))
        .put(
            "clip/weights",
            clipFactor(tf.withSubScope("clip_weights"), ofWeights, optimizer.clipWeights()))
        .put(
            "clip/rates", clipFactor(tf.withSubScope("clip_rates"), ofRates, optimizer.clipRates()))
        .put("finite", finite(tf.withSubScope("finite"), checked));
  }

  private Tensors buildApply(Ops tf, Tensors in, List<String> names) {
    Operand<TBool> finite = in.get("finite", TBool.class);
    List<Op> assignments = new ArrayList<>();
    for (String name : names) {
      boolean isRates = name.equals(RATES);
      Ops scope = tf.withSubScope(name);
      Map<String, Operand<T>> state = new LinkedHashMap<>();
      state.put("m", read(scope, in, "m/" + name));
      state.put("v", read(scope, in, "v/" + name));
      Operand<T> old = read(scope, in, "variables/" + name);
      AdamW adamW = isRates ? optimizer.rates() : optimizer.forWeight(name);
      Operand<T> clip = in.get(isRates ? "clip/rates" : "clip/weights", type);
      InnerOptimizer.Update<T> update =
          adamW.update(
              scope,
              old,
              state,
              scope.math.mul(in.get("gradient/" + name, type), clip),
              in.get(isRates ? "rate/rates" : "rate/weights", type),
              in.get("step", type));
      assignments.add(
          assign(scope, in, "variables/" + name, scope.select(finite, update.theta(), old)));
      update
          .state()
          .forEach(
              (slot, value) -> {
                Operand<T> kept = read(scope, in, slot + "/" + name);
                assignments.add(
                    assign(scope, in, slot + "/" + name, scope.select(finite, value, kept)));
              });
    }
    Ops after = tf.withControlDependencies(assignments);
    return new Tensors().put("done", after.identity(in.get("step", type)));
  }

  private static <T extends TNumber> Operand<T> squaredNorm(Ops tf, Operand<T> g) {
    Operand<T> flat = tf.reshape(tf.math.square(g), tf.constant(new long[] {-1}));
    return tf.sum(flat, tf.constant(0));
  }

  /** {@code clip / max(norm, clip)}. */
  private Operand<T> clipFactor(Ops tf, List<Operand<T>> squares, double clip) {
    if (squares.isEmpty() || Double.isInfinite(clip)) {
      return Scalars.of(tf, type, 1);
    }
    Operand<T> norm = tf.math.sqrt(tf.sum(tf.stack(squares), tf.constant(0)));
    Operand<T> limit = Scalars.of(tf, type, clip);
    return tf.math.div(limit, tf.math.maximum(norm, limit));
  }

  private Operand<TBool> finite(Ops tf, List<Operand<T>> numbers) {
    // A difference with itself is 0 for finite numbers and NaN for all others.
    Operand<T> sum = tf.sum(tf.stack(numbers), tf.constant(0));
    return tf.math.equal(tf.math.sub(sum, sum), Scalars.of(tf, type, 0));
  }

  /** Reads a variable; a handle among the arguments does not know the shape, so it is said here. */
  private Operand<T> read(Ops tf, Tensors in, String path) {
    Shape shape = Objects.requireNonNull(shapes.get(path.substring(path.indexOf('/') + 1)));
    return tf.ensureShape(tf.readVariableOp(handle(in, path), type), shape);
  }

  private Op assign(Ops tf, Tensors in, String name, Operand<T> value) {
    return tf.assignVariableOp(handle(in, name), value);
  }

  @SuppressWarnings("unchecked") // handles have no Java type
  private static Operand<? extends TType> handle(Tensors in, String name) {
    return (Operand<? extends TType>) in.get(name);
  }
}
