package org.reckoning.graph.inner;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.model.TaskModel;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Initial values of states and sums: zeros, one tensor for each shape. */
public final class Zeros<T extends TNumber> {
  private final Ops tf;
  private final TaskModel<T> model;
  private final Map<Shape, Operand<T>> known = new HashMap<>();

  public Zeros(Ops tf, TaskModel<T> model) {
    this.tf = tf;
    this.model = model;
  }

  /** Returns the initial state of the inner optimizer. */
  public Map<String, Map<String, Operand<T>>> state() {
    Map<String, Map<String, Operand<T>>> state = new LinkedHashMap<>();
    model.slots().forEach(slot -> state.put(slot, of(model.thetaShapes())));
    return state;
  }

  /** Returns zeros of some shapes, by name. */
  public Map<String, Operand<T>> of(Map<String, Shape> shapes) {
    Map<String, Operand<T>> zeros = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> zeros.put(name, of(shape)));
    return zeros;
  }

  /** Returns zeros for the tasks of the pass [N]. */
  public Operand<T> ofTasks() {
    return of(Shape.of(model.shape().tasks()));
  }

  private Operand<T> of(Shape shape) {
    return known.computeIfAbsent(
        shape, each -> tf.fill(tf.constant(each.asArray()), Scalars.of(tf, model.type(), 0)));
  }
}
