package org.reckoning.graph.gpt2;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The weights of a model: an ordered map from Hugging Face names to operands. Every weight has a
 * leading task axis. Its size is N if each task has a copy of the weight, and 1 if all tasks share
 * it.
 */
public final class Parameters<T extends TNumber> {
  private final Map<String, Operand<T>> weights;

  /** Copies the weights, in the order of the map. */
  public Parameters(Map<String, Operand<T>> weights) {
    this.weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * Returns a weight.
   *
   * @throws IllegalArgumentException if no weight has this name
   */
  public Operand<T> get(String name) {
    Operand<T> weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("no weight '" + name + "'; known: " + weights.keySet());
    }
    return weight;
  }

  /** Returns whether a weight has this name. */
  public boolean contains(String name) {
    return weights.containsKey(name);
  }

  /** Returns a copy with other weights, which replace those of the same name. */
  public Parameters<T> with(Map<String, Operand<T>> others) {
    Map<String, Operand<T>> all = new LinkedHashMap<>(weights);
    all.putAll(others);
    return new Parameters<>(all);
  }

  /** Returns the weights, in order. */
  public Map<String, Operand<T>> asMap() {
    return weights;
  }
}
