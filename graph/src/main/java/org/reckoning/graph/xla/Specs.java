package org.reckoning.graph.xla;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TType;

/** Names, dtypes and shapes of the arguments of a segment, in a fixed order. */
public final class Specs {
  private final Map<String, TensorSpec> specs = new LinkedHashMap<>();

  /** Adds a tensor. */
  public Specs tensor(String name, Class<? extends TType> type, Shape shape) {
    specs.put(name, TensorSpec.of(type, shape));
    return this;
  }

  /** Adds tensors under a path. */
  public Specs tensors(String path, Class<? extends TType> type, Map<String, Shape> shapes) {
    shapes.forEach((name, shape) -> tensor(path + "/" + name, type, shape));
    return this;
  }

  /** Adds handles of resource variables under a path. */
  public Specs variables(String path, Map<String, Shape> shapes) {
    shapes.forEach((name, shape) -> specs.put(path + "/" + name, TensorSpec.variable(shape)));
    return this;
  }

  /** Adds all arguments of another list. */
  public Specs all(Specs others) {
    specs.putAll(others.specs);
    return this;
  }

  /** Emits a placeholder for each argument, in order. */
  public Tensors placeholders(Ops tf) {
    Tensors placeholders = new Tensors();
    specs.forEach((name, spec) -> placeholders.put(name, spec.placeholder(tf, name)));
    return placeholders;
  }

  /** Returns the specs by name, in order. */
  Map<String, TensorSpec> asMap() {
    return Collections.unmodifiableMap(specs);
  }
}
