package org.reckoning.graph.variables;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DestroyResourceOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Resource variables of one group ({@code weights}, {@code adam_m}, ...) by name, with the ops that
 * read and assign them.
 */
public final class Variables<T extends TNumber> {
  private final String group;
  private final Class<T> type;
  private final Map<String, Shape> shapes;
  private final Map<String, Operand<? extends TType>> handles = new LinkedHashMap<>();
  private final Map<String, Operand<T>> reads = new LinkedHashMap<>();
  private final Map<String, Operand<T>> fed = new LinkedHashMap<>();
  private final Map<String, Op> assignments = new LinkedHashMap<>();
  private final List<Op> zeroing = new ArrayList<>();

  /**
   * Emits the variables. They need an assignment before a read.
   *
   * @param group name of the group, the scope of its nodes
   * @param shapes shapes by name
   * @param type dtype of all variables
   */
  public Variables(Ops tf, String group, Map<String, Shape> shapes, Class<T> type) {
    this.group = group;
    this.type = type;
    this.shapes = shapes;
    Ops scope = tf.withSubScope(group);
    shapes.forEach(
        (name, shape) -> {
          Ops each = scope.withSubScope(name);
          Operand<? extends TType> handle =
              each.varHandleOp(type, shape, VarHandleOp.sharedName(group + "/" + name));
          handles.put(name, handle);
          reads.put(name, each.readVariableOp(handle, type));
          Operand<T> value = each.placeholder(type, Placeholder.shape(shape));
          fed.put(name, value);
          assignments.put(name, each.assignVariableOp(handle, value));
          Operand<T> zeros = each.fill(each.constant(shape.asArray()), Scalars.of(each, type, 0));
          zeroing.add(each.assignVariableOp(handle, zeros));
        });
  }

  /** Returns the shapes by name, in order. */
  public Map<String, Shape> shapes() {
    return shapes;
  }

  /** Returns the resource handles by name, for ops that read and assign the variables. */
  public Map<String, Operand<? extends TType>> handles() {
    return handles;
  }

  /** Returns the values by name, read at the point of use in the graph. */
  public Map<String, Operand<T>> reads() {
    return reads;
  }

  /** Returns the dtype of the variables. */
  public Class<T> type() {
    return type;
  }

  /** Emits an op that sets one variable to a tensor of its shape. */
  public Op assignment(Ops tf, String name, Operand<T> value) {
    Operand<? extends TType> handle = Objects.requireNonNull(handles.get(name));
    return tf.assignVariableOp(handle, tf.ensureShape(value, shape(name)));
  }

  /** Emits ops that set every variable to the tensor of its name. */
  public List<Op> assignments(Ops tf, Map<String, Operand<T>> values) {
    List<Op> ops = new ArrayList<>();
    handles.forEach((name, handle) -> ops.add(tf.assignVariableOp(handle, value(values, name))));
    return ops;
  }

  /** Emits ops that add to every variable the tensor of its name. */
  public List<Op> additions(Ops tf, Map<String, Operand<T>> values) {
    List<Op> ops = new ArrayList<>();
    handles.forEach((name, handle) -> ops.add(tf.assignAddVariableOp(handle, value(values, name))));
    return ops;
  }

  /** Emits ops that free the memory of every variable, which then needs an assignment. */
  public List<Op> releases(Ops tf) {
    List<Op> ops = new ArrayList<>();
    handles
        .values()
        .forEach(
            handle ->
                ops.add(tf.destroyResourceOp(handle, DestroyResourceOp.ignoreLookupError(true))));
    return ops;
  }

  /**
   * Sets a variable, which takes over the memory of the tensor without a copy.
   *
   * @throws IllegalArgumentException if no variable has this name, or shape or dtype differ
   */
  public void assign(Session session, String name, Tensor value) {
    assign(session, Map.of(name, value));
  }

  /**
   * Sets variables in one run. The session caches a plan for each set of feeds; with one run per
   * variable, planning would take most of the time. The variables take over the memory of the
   * tensors without a copy.
   *
   * @throws IllegalArgumentException if no variable has a name, or a shape or dtype differs
   */
  public void assign(Session session, Map<String, ? extends Tensor> values) {
    Session.Runner runner = session.runner();
    values.forEach(
        (name, value) -> {
          requireFit(name, value);
          runner.feed(Objects.requireNonNull(fed.get(name)), value);
          runner.addTarget(Objects.requireNonNull(assignments.get(name)));
        });
    if (!values.isEmpty()) {
      runner.run().close();
    }
  }

  private void requireFit(String name, Tensor value) {
    Shape shape = shape(name);
    if (!value.shape().equals(shape) || value.dataType() != reads(name).asOutput().dataType()) {
      throw new IllegalArgumentException(
          "%s '%s' must be %s %s but is %s %s"
              .formatted(
                  group,
                  name,
                  reads(name).asOutput().dataType(),
                  shape,
                  value.dataType(),
                  value.shape()));
    }
  }

  /** Sets all variables to 0. */
  public void zero(Session session) {
    if (!zeroing.isEmpty()) {
      Session.Runner runner = session.runner();
      zeroing.forEach(runner::addTarget);
      runner.run().close();
    }
  }

  /** Reads a variable; the caller must close the tensor. */
  public Tensor read(Session session, String name) {
    return session.runner().fetch(reads(name)).run().get(0);
  }

  private Operand<T> reads(String name) {
    return new Tensors().putAll(group, reads).get(group + "/" + name, type);
  }

  private Shape shape(String name) {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(
          "no %s '%s'; known: %s".formatted(group, name, shapes.keySet()));
    }
    return shape;
  }

  private static <T extends TNumber> Operand<T> value(Map<String, Operand<T>> values, String name) {
    Operand<T> value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no value for variable '" + name + "'");
    }
    return value;
  }
}
