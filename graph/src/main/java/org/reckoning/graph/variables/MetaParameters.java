package org.reckoning.graph.variables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.reckoning.graph.gpt2.Gpt2Initializer;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Variables that the outer loop learns: the initial weights theta_0 and the inner rates. */
public final class MetaParameters<T extends TNumber> {
  /** Name of the variable that holds the inner rates. */
  public static final String RATES = "rates";

  /**
   * Bytes of weights that one run of the session sets: the session prepares each set of targets,
   * which takes longer than to set a small weight, and the values of a run need memory at once.
   */
  private static final long BYTES_A_RUN = 64 << 20;

  private final BilevelConfig config;
  private final WeightLayout layout;
  private final Class<T> type;
  private final Variables<T> weights;
  private final Variables<T> rates;
  private final Operand<TInt64> initialSeed;
  private final Map<String, Op> initializers;

  public MetaParameters(Ops tf, BilevelConfig config, WeightLayout layout, Class<T> type) {
    this(tf, config, layout, type, true);
  }

  private MetaParameters(
      Ops tf, BilevelConfig config, WeightLayout layout, Class<T> type, boolean starts) {
    this.config = config;
    this.layout = layout;
    this.type = type;
    weights = new Variables<>(tf, "weights", layout.shapes(), type);
    Map<String, Shape> rateShapes =
        config.innerSteps() == 0 ? Map.of() : Map.of(RATES, config.rateShape());
    rates = new Variables<>(tf, "inner_rates", rateShapes, type);
    initialSeed =
        tf.withName("initial_seed").placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    initializers = new LinkedHashMap<>();
    if (starts) {
      Iterator<Op> assignments =
          weights
              .assignments(tf.withSubScope("initialize"), initialValues(tf.withSubScope("initial")))
              .iterator();
      layout.shapes().keySet().forEach(name -> initializers.put(name, assignments.next()));
    }
  }

  /** Returns variables that get all values from files; the graph has no initial values. */
  public static <T extends TNumber> MetaParameters<T> fromFiles(
      Ops tf, BilevelConfig config, WeightLayout layout, Class<T> type) {
    return new MetaParameters<>(tf, config, layout, type, false);
  }

  private Map<String, Operand<T>> initialValues(Ops tf) {
    Map<String, Operand<T>> values = new LinkedHashMap<>();
    layout
        .shapes()
        .forEach(
            (name, shape) ->
                values.put(
                    name,
                    Gpt2Initializer.initialValue(
                        tf.withSubScope(name), config.model(), name, shape, initialSeed, type)));
    return values;
  }

  /** Returns the variables of the initial weights theta_0. */
  public Variables<T> weights() {
    return weights;
  }

  /** Returns the stored rates, a variable [J, K]; no variable without inner steps. */
  public Variables<T> rates() {
    return rates;
  }

  /** Returns whether the stored rates are logarithms. */
  public boolean ratesAreLogs() {
    return config.innerRates().space() == InnerRates.Space.LOG;
  }

  /** Emits the rates themselves, [J, K]; empty without inner steps. */
  public Optional<Operand<T>> emitRates(Ops tf) {
    return Optional.ofNullable(rates.reads().get(RATES))
        .map(stored -> ratesAreLogs() ? tf.math.exp(stored) : stored);
  }

  /**
   * Sets all weights to random values and the inner rates to their initial values. The same seed
   * gives the same values.
   */
  public void initialize(Session session, long seed) {
    draw(session, initializers.keySet(), seed);
    resetRates(session);
  }

  private void draw(Session session, Collection<String> names, long seed) {
    try (TInt64 value = TInt64.scalarOf(seed)) {
      for (List<String> part : parts(names)) {
        Session.Runner runner = session.runner().feed(initialSeed, value);
        part.forEach(name -> runner.addTarget(Objects.requireNonNull(initializers.get(name))));
        runner.run().close();
      }
    }
  }

  /** Splits weights into parts of at most {@link #BYTES_A_RUN}, or of one weight. */
  private List<List<String>> parts(Collection<String> names) {
    List<List<String>> parts = new ArrayList<>();
    long bytes = 0;
    for (String name : names) {
      long own = layout.shape(name).size() * Double.BYTES;
      if (parts.isEmpty() || bytes + own > BYTES_A_RUN) {
        parts.add(new ArrayList<>());
        bytes = 0;
      }
      parts.get(parts.size() - 1).add(name);
      bytes += own;
    }
    return parts;
  }

  /**
   * Sets all weights to given values and the inner rates to their initial values.
   *
   * @param values row-major values by name, in the order of {@link WeightLayout#shapes}
   * @throws IllegalArgumentException if names or sizes differ from the layout
   */
  public void initialize(Session session, Map<String, double[]> values) {
    Set<String> missing = new LinkedHashSet<>(layout.shapes().keySet());
    missing.removeAll(values.keySet());
    Set<String> unknown = new LinkedHashSet<>(values.keySet());
    unknown.removeAll(layout.shapes().keySet());
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "weights given must be those of the model; missing: %s, unknown: %s"
              .formatted(missing, unknown));
    }
    values.forEach(
        (name, numbers) -> {
          Shape shape = layout.shape(name);
          if (numbers.length != shape.size()) {
            throw new IllegalArgumentException(
                "weight '%s' must have %d values, for shape %s, but has %d"
                    .formatted(name, shape.size(), shape, numbers.length));
          }
        });
    for (List<String> part : parts(values.keySet())) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      try {
        for (String name : part) {
          double[] numbers = Objects.requireNonNull(values.get(name));
          tensors.put(name, HostTensors.of(type, layout.shape(name), numbers));
        }
        weights.assign(session, tensors);
      } finally {
        tensors.values().forEach(Tensor::close);
      }
    }
    resetRates(session);
  }

  /**
   * Sets all weights from a source and the inner rates to their initial values.
   *
   * @param source source of the weights, in single precision; the variables take over its tensors
   * @param seed seed of the weights that the source lacks
   * @throws IOException if the source fails; no variable is then changed
   * @throws IllegalArgumentException if the shape of a weight is wrong
   */
  public void initialize(Session session, WeightSource source, long seed) throws IOException {
    Map<String, Tensor> given = new LinkedHashMap<>();
    List<String> lacking = new ArrayList<>();
    try {
      for (String name : layout.shapes().keySet()) {
        TFloat32 read = source.read(name);
        if (read == null) {
          lacking.add(name);
        } else {
          given.put(name, ofType(read));
        }
      }
      weights.assign(session, given);
      draw(session, lacking, seed);
    } finally {
      given.values().forEach(Tensor::close);
    }
    resetRates(session);
  }

  /**
   * Converts a tensor to the dtype of the program; the given tensor must not be used afterwards.
   */
  private Tensor ofType(TFloat32 read) {
    if (type == TFloat32.class) {
      return read;
    }
    try (read) {
      return HostTensors.of(type, read.shape(), HostTensors.toDoubles(read));
    }
  }

  /**
   * Sets the variable of the rates itself; the rates may be logarithms.
   *
   * @param stored [J, K]
   * @throws IllegalArgumentException if the shape is wrong
   */
  public void assignStoredRates(Session session, TFloat32 stored) {
    try (Tensor value = HostTensors.of(type, stored.shape(), HostTensors.toDoubles(stored))) {
      rates.assign(session, RATES, value);
    }
  }

  private void resetRates(Session session) {
    double[][] initial = new double[layout.adapted().size()][config.innerSteps()];
    for (double[] row : initial) {
      Arrays.fill(row, config.innerRates().initial());
    }
    assignRates(session, initial);
  }

  /**
   * Sets the inner rates.
   *
   * @param values the rates themselves, [J, K]; one row for each adapted weight, in the order of
   *     {@link WeightLayout#adapted}
   * @throws IllegalArgumentException if the shape is wrong, or a rate cannot be stored
   */
  public void assignRates(Session session, double[][] values) {
    int tensors = layout.adapted().size();
    int steps = config.innerSteps();
    double[] flat = new double[tensors * steps];
    if (values.length != tensors) {
      throw new IllegalArgumentException(
          "rates of %d tensors must be [adapted tensors, inner steps] = [%d, %d]"
              .formatted(values.length, tensors, steps));
    }
    for (int j = 0; j < tensors; j++) {
      if (values[j].length != steps) {
        throw new IllegalArgumentException(
            "rates of '%s' [%d] must be one for each inner step [%d]"
                .formatted(layout.adapted().get(j), values[j].length, steps));
      }
      for (int k = 0; k < steps; k++) {
        double rate = values[j][k];
        requireStorable(rate, layout.adapted().get(j), k);
        flat[j * steps + k] = ratesAreLogs() ? Math.log(rate) : rate;
      }
    }
    if (steps > 0) {
      try (Tensor tensor = HostTensors.of(type, Shape.of(tensors, steps), flat)) {
        rates.assign(session, RATES, tensor);
      }
    }
  }

  private void requireStorable(double rate, String name, int k) {
    boolean isSingle = type == TFloat32.class;
    String required = "";
    if (!Double.isFinite(isSingle ? (float) rate : rate)) {
      required = isSingle ? "finite in float32" : "finite";
    } else if (ratesAreLogs() && rate <= 0) {
      required = "positive in log space";
    } else if (ratesAreLogs() && isSingle && rate < Float.MIN_NORMAL) { // its exponential is 0
      required = "at least %s in float32".formatted(Float.MIN_NORMAL);
    }
    if (!required.isEmpty()) {
      throw new IllegalArgumentException(
          "inner rate (%s) of '%s' in step %d must be %s".formatted(rate, name, k, required));
    }
  }

  /** Returns the inner rates themselves, [J, K]. */
  public double[][] rates(Session session) {
    int steps = config.innerSteps();
    double[][] values = new double[layout.adapted().size()][steps];
    if (steps > 0) {
      try (Tensor tensor = rates.read(session, RATES)) {
        double[] flat = HostTensors.toDoubles(tensor);
        for (int i = 0; i < flat.length; i++) {
          values[i / steps][i % steps] = ratesAreLogs() ? Math.exp(flat[i]) : flat[i];
        }
      }
    }
    return values;
  }

  /** Returns the row-major values of a weight. */
  public double[] weight(Session session, String name) {
    try (Tensor tensor = weights.read(session, name)) {
      return HostTensors.toDoubles(tensor);
    }
  }
}
