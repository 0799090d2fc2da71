package org.reckoning.graph.xla;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TType;

/**
 * Named tensors in a fixed order, such as the arguments and results of a segment. Names are paths:
 * {@code theta/h.0.ln_1.weight}.
 */
public final class Tensors {
  private final Map<String, Operand<?>> operands = new LinkedHashMap<>();

  /** Returns tensors with names, both in the same order. */
  static Tensors of(Iterable<String> names, List<Operand<?>> operands) {
    Tensors tensors = new Tensors();
    int i = 0;
    for (String name : names) {
      tensors.put(name, operands.get(i++));
    }
    return tensors;
  }

  /**
   * Adds a tensor.
   *
   * @throws IllegalArgumentException if a tensor of this name exists
   */
  public Tensors put(String name, Operand<?> operand) {
    if (operands.put(name, operand) != null) {
      throw new IllegalArgumentException("tensor '" + name + "' exists already");
    }
    return this;
  }

  /** Adds tensors under a path: {@code path/name}. */
  public Tensors putAll(String path, Map<String, ? extends Operand<?>> tensors) {
    tensors.forEach((name, operand) -> put(path + "/" + name, operand));
    return this;
  }

  /** Adds all tensors of another set. */
  public Tensors putAll(Tensors others) {
    others.operands.forEach(this::put);
    return this;
  }

  /**
   * Returns a tensor.
   *
   * @throws IllegalArgumentException if no tensor has this name
   */
  public Operand<?> get(String name) {
    Operand<?> operand = operands.get(name);
    if (operand == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'; known: " + names());
    }
    return operand;
  }

  /**
   * Returns a tensor of a dtype.
   *
   * @throws IllegalArgumentException if no tensor has this name, or the tensor has another dtype
   */
  public <T extends TType> Operand<T> get(String name, Class<T> type) {
    return get(name).asOutput().expect(type);
  }

  /** Returns whether a tensor has this name. */
  public boolean contains(String name) {
    return operands.containsKey(name);
  }

  /** Returns the tensors under a path, in order; the keys are the names without the path. */
  public <T extends TType> Map<String, Operand<T>> under(String path, Class<T> type) {
    Map<String, Operand<T>> tensors = new LinkedHashMap<>();
    operands.forEach(
        (name, operand) -> {
          if (name.startsWith(path + "/")) {
            tensors.put(name.substring(path.length() + 1), operand.asOutput().expect(type));
          }
        });
    return tensors;
  }

  /** Returns the names, in order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(operands.keySet());
  }

  /** Returns the tensors, in order. */
  public List<Operand<?>> values() {
    return List.copyOf(operands.values());
  }
}
