package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The gradient of a loss in all weights that the outer loop trains or the inner loop adapts.
 *
 * @param theta cotangents of the adapted weights, by name
 * @param shared cotangents of the trained shared weights, by name
 */
record LossGradient<T extends TNumber>(
    Map<String, Operand<T>> theta, Map<String, Operand<T>> shared) {

  /** Emits the gradient of a scalar. */
  static <T extends TNumber> LossGradient<T> of(
      Ops tf, TaskModel<T> model, Weights<T> weights, Operand<T> loss) {
    List<Operand<T>> variables = new ArrayList<>();
    model.layout().adapted().forEach(name -> variables.add(get(weights.theta(), name)));
    model.layout().trainedShared().forEach(name -> variables.add(get(weights.shared(), name)));
    Tangents gradient = Differentiator.standard().gradients(tf, loss, variables);
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    for (String name : model.layout().adapted()) {
      theta.put(name, gradient.orZero(theta.size()).asOutput().expect(model.type()));
    }
    Map<String, Operand<T>> shared = new LinkedHashMap<>();
    for (String name : model.layout().trainedShared()) {
      int i = theta.size() + shared.size();
      shared.put(name, gradient.orZero(i).asOutput().expect(model.type()));
    }
    return new LossGradient<>(theta, shared);
  }

  private static <V> V get(Map<String, V> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }
}
