package org.reckoning.graph.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.runtime.CpuRuntime;
import org.reckoning.graph.xla.XlaCheck;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Names and roles of the weights. The inner loop adapts some, the outer loop trains some, and the
 * rest is constant.
 */
public final class WeightLayout {
  private final Map<String, Shape> shapes;
  private final List<String> adapted;
  private final List<String> trained;

  /**
   * Resolves the patterns of a configuration.
   *
   * @throws IllegalArgumentException if a pattern matches no tensor
   */
  public WeightLayout(BilevelConfig config) {
    shapes = new LinkedHashMap<>(config.model().parameterShapes());
    List<String> modelNames = List.copyOf(shapes.keySet());
    if (config.adaptation() instanceof Adaptation.Matching matching) {
      adapted = List.copyOf(NamePatterns.select("adapted", modelNames, matching.patterns()));
    } else if (config.adaptation() instanceof Adaptation.LowRank low) {
      Map<String, Shape> factors = low.lora().parameterShapes(config.model());
      shapes.putAll(factors);
      adapted = List.copyOf(factors.keySet());
    } else {
      adapted = modelNames;
    }
    trained = List.copyOf(NamePatterns.select("trained", shapes.keySet(), config.trained()));
  }

  /**
   * Returns the layout of a program after checking its configuration.
   *
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration is invalid
   * @throws IllegalStateException if the configuration uses XLA and XLA cannot compile here
   */
  public static WeightLayout checked(BilevelConfig config, Class<? extends TNumber> type) {
    if (type != TFloat32.class && type != TFloat64.class) {
      throw new IllegalArgumentException(
          "dtype (%s) of a program must be TFloat32 or TFloat64".formatted(type.getSimpleName()));
    }
    if (config.matmulDtype() == MatmulDtype.BFLOAT16 && type != TFloat32.class) {
      throw new IllegalArgumentException(
          "dtype (%s) of a program must be TFloat32 with matrix products in bfloat16"
              .formatted(type.getSimpleName()));
    }
    if (config.xla().compiles()) {
      XlaCheck.require();
    }
    return new WeightLayout(config);
  }

  /**
   * Returns the layout of a program that computes many passes, so that a faster one is worth a
   * longer compilation. Before the check, which compiles a function, it chooses XLA's runtime.
   *
   * @see #checked
   */
  public static WeightLayout forManyPasses(BilevelConfig config, Class<? extends TNumber> type) {
    if (type == TFloat32.class && config.xla().compiles() && config.hasLargeProducts()) {
      CpuRuntime.preferOneDnn();
    }
    return checked(config, type);
  }

  /** Returns the shape of every weight, in order, without a task axis. */
  public Map<String, Shape> shapes() {
    return shapes;
  }

  /** Returns the weights that the inner loop adapts, in the order of their rates. */
  public List<String> adapted() {
    return adapted;
  }

  /** Returns the weights that the outer loop trains. */
  public List<String> trained() {
    return trained;
  }

  /** Returns the weights that the inner loop does not adapt. */
  public List<String> shared() {
    return without(List.copyOf(shapes.keySet()), adapted);
  }

  /** Returns the weights that the outer loop trains and the inner loop does not adapt. */
  public List<String> trainedShared() {
    return without(trained, adapted);
  }

  /** Returns the shapes of some weights with a leading task axis. */
  public Map<String, Shape> withTaskAxis(List<String> names, long tasks) {
    Map<String, Shape> result = new LinkedHashMap<>();
    names.forEach(name -> result.put(name, shape(name).prepend(tasks)));
    return result;
  }

  /**
   * Returns the shape of a weight, without a task axis.
   *
   * @throws IllegalArgumentException if no weight has this name
   */
  public Shape shape(String name) {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("no weight '" + name + "'; known: " + shapes.keySet());
    }
    return shape;
  }

  private static List<String> without(List<String> names, List<String> others) {
    Set<String> excluded = Set.copyOf(others);
    List<String> rest = new ArrayList<>(names);
    rest.removeIf(excluded::contains);
    return rest;
  }
}
