package org.reckoning.graph.gpt2;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The weights of a model: an ordered map from Hugging Face names to operands. Every weight has a
 * leading task axis, of size N for weights that each task has a copy of, and of size 1 for those
 * that all tasks share.
 */
public final class Parameters<T extends TNumber> {
  private final Map<String, Operand<T>> weights;

  /** Takes weights in the order of the map. */
  public Parameters(Map<String, Operand<T>> weights) {
    this.weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * Returns a weight.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public Operand<T> get(String name) {
    Operand<T> weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("no weight '" + name + "'; known: " + weights.keySet());
    }
    return weight;
  }

  /** Returns whether there is a weight of this name. */
  public boolean contains(String name) {
    return weights.containsKey(name);
  }

  /** Returns these weights and others. */
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
