package org.reckoning.graph.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.settings.OuterOptimizer;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The outer update. It clips the gradients and updates weights, rates and the state of AdamW in
 * place. Gradients that are not finite change nothing.
 *
 * <pre>{@code
 * gradient_norms   gradient/NAME, check          -> squared_norms, clip/.., finite
 * apply_moments    handles, gradient/NAME, clip/.., finite -> done
 * apply_weights    handles, rate/.., step, finite -> done
 * }</pre>
 *
 * <p>In a call, XLA computes all new values before it replaces old ones. So consecutive calls each
 * update a few variables; only these are in memory twice. A small model needs one call of each.
 *
 * <p>In one function, new weights would be computed from old moments, and XLA would copy the
 * moments before it updates them. Two functions read and write each number once.
 */
final class OuterUpdate<T extends TNumber> {
  private static final String VARIABLES = "variables";
  private static final String FIRST = "m"; // AdamW's slot names
  private static final String SECOND = "v";
  private static final String GRADIENT = "gradient";
  private static final String CHECK = "check";
  private static final String WEIGHTS_RATE = "rate/weights";
  private static final String RATES_RATE = "rate/rates";
  private static final String STEP = "step";
  private static final String SQUARED_NORMS = "squared_norms";
  private static final String CLIP_WEIGHTS = "clip/weights";
  private static final String CLIP_RATES = "clip/rates";
  private static final String FINITE = "finite";
  private static final String DONE = "done";

  /** A call is closed once its variables have this many numbers: 64 MB in float32. */
  private static final long NUMBERS_OF_A_CALL = 1 << 24;

  private final OuterOptimizer optimizer;
  private final Map<String, Shape> shapes;
  private final Class<T> type;
  private final Segment norms;
  private final List<Segment> applies = new ArrayList<>();

  /**
   * @param shapes shapes of the updated variables, by name
   */
  OuterUpdate(OuterOptimizer optimizer, Map<String, Shape> shapes, Class<T> type) {
    this.optimizer = optimizer;
    this.shapes = shapes;
    this.type = type;
    norms =
        Segment.define(
            "gradient_norms",
            new Specs().tensors(GRADIENT, type, shapes).tensor(CHECK, type, Shape.scalar()),
            List.of(),
            this::buildNorms);
    Map<String, Shape> open = new LinkedHashMap<>();
    long numbers = 0;
    for (Map.Entry<String, Shape> variable : shapes.entrySet()) {
      open.put(variable.getKey(), variable.getValue());
      numbers += variable.getValue().size();
      if (numbers >= NUMBERS_OF_A_CALL) {
        defineApplies(open);
        open = new LinkedHashMap<>();
        numbers = 0;
      }
    }
    if (!open.isEmpty()) {
      defineApplies(open);
    }
  }

  private void defineApplies(Map<String, Shape> some) {
    Specs specs =
        new Specs()
            .variables(VARIABLES, some)
            .variables(FIRST, some)
            .variables(SECOND, some)
            .tensors(GRADIENT, type, some)
            .tensor(CLIP_WEIGHTS, type, Shape.scalar())
            .tensor(CLIP_RATES, type, Shape.scalar())
            .tensor(FINITE, TBool.class, Shape.scalar())
            .tensor(WEIGHTS_RATE, type, Shape.scalar())
            .tensor(RATES_RATE, type, Shape.scalar())
            .tensor(STEP, type, Shape.scalar());
    List<String> names = List.copyOf(some.keySet());
    applies.add(
        Segment.define("apply_moments", specs, List.of(), (tf, in) -> buildMoments(tf, in, names)));
    applies.add(
        Segment.define("apply_weights", specs, List.of(), (tf, in) -> buildWeights(tf, in, names)));
  }

  /** Returns the segments in the order of their calls. */
  List<Segment> segments() {
    List<Segment> segments = new ArrayList<>(List.of(norms));
    segments.addAll(applies);
    return segments;
  }

  /**
   * Arguments of an update.
   *
   * @param variables handles of the updated variables, by name: trained weights and, if learned,
   *     {@link MetaParameters#RATES}
   * @param firstMoments handles of the first moments of AdamW
   * @param secondMoments handles of the second moments of AdamW
   * @param gradients gradients, in the shapes of the variables
   * @param check 0, or NaN to change nothing, a scalar
   * @param weightsRate learning rate of the weights, a scalar
   * @param ratesRate learning rate of the inner rates, a scalar
   * @param step number of the update, from 1, a scalar
   */
  record Arguments<T extends TNumber>(
      Map<String, Operand<? extends TType>> variables,
      Map<String, Operand<? extends TType>> firstMoments,
      Map<String, Operand<? extends TType>> secondMoments,
      Map<String, Operand<T>> gradients,
      Operand<T> check,
      Operand<T> weightsRate,
      Operand<T> ratesRate,
      Operand<T> step) {
    private Tensors named() {
      return new Tensors()
          .putAll(VARIABLES, variables)
          .putAll(FIRST, firstMoments)
          .putAll(SECOND, secondMoments)
          .putAll(GRADIENT, gradients)
          .put(CHECK, check)
          .put(WEIGHTS_RATE, weightsRate)
          .put(RATES_RATE, ratesRate)
          .put(STEP, step);
    }
  }

  /**
   * Emits the update.
   *
   * @return the squared norm of each gradient, in order, then their sum [trained weights, + 1 if
   *     rates are learned, + 1], after the update
   */
  Operand<T> emit(Ops tf, Arguments<T> in, boolean compiled) {
    Tensors scales = norms.call(tf, in.named(), compiled);
    Tensors arguments = in.named().putAll(scales);
    List<Op> done = new ArrayList<>();
    for (Segment apply : applies) {
      Ops next = done.isEmpty() ? tf : tf.withControlDependencies(done);
      done = List.of(apply.call(next, arguments, compiled).get(DONE));
    }
    return tf.withControlDependencies(done).identity(scales.get(SQUARED_NORMS, type));
  }

  private Tensors buildNorms(Ops tf, Tensors in) {
    Map<String, Operand<T>> squares = new LinkedHashMap<>();
    in.under(GRADIENT, type)
        .forEach((name, g) -> squares.put(name, squaredNorm(tf.withSubScope("norm"), g)));
    List<Operand<T>> ofWeights = new ArrayList<>();
    List<Operand<T>> ofRates = new ArrayList<>();
    squares.forEach((name, square) -> (isRates(name) ? ofRates : ofWeights).add(square));
    List<Operand<T>> norms = new ArrayList<>(squares.values());
    norms.add(sum(tf.withSubScope("all"), norms)); // may be infinite where each is finite
    List<Operand<T>> checked = new ArrayList<>(norms);
    checked.add(in.get(CHECK, type));
    return new Tensors()
        .put(SQUARED_NORMS, tf.stack(norms))
        .put(
            CLIP_WEIGHTS,
            clipFactor(tf.withSubScope("clip_weights"), ofWeights, optimizer.clipWeights()))
        .put(CLIP_RATES, clipFactor(tf.withSubScope("clip_rates"), ofRates, optimizer.clipRates()))
        .put(FINITE, finite(tf.withSubScope("finite"), checked));
  }

  private static boolean isRates(String name) {
    return name.equals(MetaParameters.RATES);
  }

  private AdamW adamW(String name) {
    return isRates(name) ? optimizer.rates() : optimizer.forWeight(name);
  }

  private Tensors buildMoments(Ops tf, Tensors in, List<String> names) {
    List<Op> assignments = new ArrayList<>();
    for (String name : names) {
      Ops scope = tf.withSubScope(name);
      Map<String, Operand<T>> old = moments(scope, in, name);
      Operand<T> clip = in.get(isRates(name) ? CLIP_RATES : CLIP_WEIGHTS, type);
      Operand<T> g = scope.math.mul(in.get(GRADIENT + "/" + name, type), clip);
      adamW(name)
          .moments(scope, old, g)
          .forEach(
              (slot, value) ->
                  assignments.add(
                      assign(scope, in, slot, name, value, Objects.requireNonNull(old.get(slot)))));
    }
    return done(tf, in, assignments);
  }

  private Tensors buildWeights(Ops tf, Tensors in, List<String> names) {
    List<Op> assignments = new ArrayList<>();
    for (String name : names) {
      Ops scope = tf.withSubScope(name);
      Operand<T> old = read(scope, in, VARIABLES, name);
      Operand<T> rate = in.get(isRates(name) ? RATES_RATE : WEIGHTS_RATE, type);
      Operand<T> weight =
          adamW(name).weight(scope, old, moments(scope, in, name), rate, in.get(STEP, type));
      assignments.add(assign(scope, in, VARIABLES, name, weight, old));
    }
    return done(tf, in, assignments);
  }

  private Map<String, Operand<T>> moments(Ops tf, Tensors in, String name) {
    Map<String, Operand<T>> moments = new LinkedHashMap<>();
    moments.put(FIRST, read(tf, in, FIRST, name));
    moments.put(SECOND, read(tf, in, SECOND, name));
    return moments;
  }

  private Tensors done(Ops tf, Tensors in, List<Op> assignments) {
    Ops after = tf.withControlDependencies(assignments);
    return new Tensors().put(DONE, after.identity(in.get(FINITE, TBool.class)));
  }

  private static <T extends TNumber> Operand<T> squaredNorm(Ops tf, Operand<T> g) {
    Operand<T> flat = tf.reshape(tf.math.square(g), tf.constant(new long[] {-1}));
    return tf.sum(flat, tf.constant(0));
  }

  private static <T extends TNumber> Operand<T> sum(Ops tf, List<Operand<T>> scalars) {
    return tf.sum(tf.stack(scalars), tf.constant(0));
  }

  /** Emits the factor {@code clip / max(norm, clip)}. */
  private Operand<T> clipFactor(Ops tf, List<Operand<T>> squares, double clip) {
    boolean isInfinite = Double.isInfinite(type == TFloat32.class ? (float) clip : clip);
    if (squares.isEmpty() || isInfinite) {
      return Scalars.of(tf, type, 1);
    }
    Operand<T> norm = tf.math.sqrt(sum(tf, squares));
    Operand<T> limit = Scalars.of(tf, type, clip);
    return tf.math.div(limit, tf.math.maximum(norm, limit));
  }

  private Operand<TBool> finite(Ops tf, List<Operand<T>> numbers) {
    // x - x is 0 for a finite x, else NaN. The sum of finite numbers may be infinite.
    Operand<T> all = tf.stack(numbers);
    Operand<T> sum = tf.sum(tf.math.sub(all, all), tf.constant(0));
    return tf.math.equal(sum, Scalars.of(tf, type, 0));
  }

  /** Reads a variable. A handle argument does not have the shape of its variable. */
  private Operand<T> read(Ops tf, Tensors in, String group, String name) {
    Shape shape = Objects.requireNonNull(shapes.get(name), name);
    return tf.ensureShape(tf.readVariableOp(handle(in, group, name), type), shape);
  }

  /** Assigns a value, or the old one if a gradient is not finite. */
  private Op assign(
      Ops tf, Tensors in, String group, String name, Operand<T> value, Operand<T> old) {
    Operand<T> next = tf.select(in.get(FINITE, TBool.class), value, old);
    return tf.assignVariableOp(handle(in, group, name), next);
  }

  @SuppressWarnings("unchecked") // handles have no Java type
  private static Operand<? extends TType> handle(Tensors in, String group, String name) {
    return (Operand<? extends TType>) in.get(group + "/" + name);
  }
}
