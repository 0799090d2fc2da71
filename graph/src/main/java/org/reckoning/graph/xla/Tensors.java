package org.reckoning.graph.xla;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.types.family.TType;

/**
 * Named tensors in a fixed order, such as the arguments and results of a segment. Names are paths:
 * {@code theta/h.0.ln_1.weight}.
 */
public final class Tensors {
  private final Map<String, Operand<?>> operands = new LinkedHashMap<>();
  private final Map<Output<?>, Output<?>> known = new LinkedHashMap<>();

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
    known.putAll(others.known);
    return this;
  }

  /**
   * States that an argument of a segment has the value of a tensor of its body. The segment then
   * reads the argument and does not compute the tensor.
   *
   * @param tensor the only output of its op
   * @param argument an argument of the same dtype and shape
   * @throws IllegalArgumentException if dtypes or shapes differ
   */
  public Tensors known(Operand<?> tensor, Operand<?> argument) {
    Output<?> given = argument.asOutput();
    if (tensor.asOutput().dataType() != given.dataType() || !tensor.shape().equals(given.shape())) {
      throw new IllegalArgumentException(
          "argument %s of a known tensor must be like %s".formatted(given, tensor.asOutput()));
    }
    known.put(tensor.asOutput(), given);
    return this;
  }

  /** Returns the argument that replaces each known tensor. */
  Map<Output<?>, Output<?>> known() {
    return Collections.unmodifiableMap(known);
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

  /** Returns the tensors whose op meets a condition, in order. */
  Tensors from(Predicate<Operation> condition) {
    Tensors tensors = new Tensors();
    operands.forEach(
        (name, operand) -> {
          if (condition.test(operand.op())) {
            tensors.put(name, operand);
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
