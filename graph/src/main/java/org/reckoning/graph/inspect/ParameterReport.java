package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.WeightLayout;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat64;

/**
 * Parameter counts of a program, with one copy of each parameter. A weight may be both adapted and
 * trained.
 *
 * @param total parameters in all weights
 * @param adapted parameters that the inner loop changes
 * @param trained parameters that the outer loop trains
 * @param constant parameters that no loop changes
 * @param innerRates learning rates of the inner loop [J, K]
 */
public record ParameterReport(
    TensorCount total,
    TensorCount adapted,
    TensorCount trained,
    TensorCount constant,
    TensorCount innerRates) {

  /**
   * Count of the tensors of one kind.
   *
   * @param tensors number of tensors
   * @param elements number of elements in all tensors
   * @param bytes bytes of all tensors
   */
  public record TensorCount(int tensors, long elements, long bytes) {

    static TensorCount of(Collection<Shape> shapes, int elementBytes) {
      long elements = shapes.stream().mapToLong(Shape::size).sum();
      return new TensorCount(shapes.size(), elements, elements * elementBytes);
    }
  }

  static ParameterReport of(BilevelProgram<?> program) {
    int bytes = program.type() == TFloat64.class ? Double.BYTES : Float.BYTES;
    WeightLayout layout = program.layout();
    List<String> constant = new ArrayList<>(layout.shared());
    constant.removeAll(layout.trained());
    int steps = program.config().innerSteps();
    return new ParameterReport(
        TensorCount.of(layout.shapes().values(), bytes),
        TensorCount.of(select(layout.shapes(), layout.adapted()), bytes),
        TensorCount.of(select(layout.shapes(), layout.trained()), bytes),
        TensorCount.of(select(layout.shapes(), constant), bytes),
        TensorCount.of(steps == 0 ? List.of() : List.of(program.config().rateShape()), bytes));
  }

  private static Collection<Shape> select(Map<String, Shape> shapes, List<String> names) {
    return names.stream().map(name -> Objects.requireNonNull(shapes.get(name))).toList();
  }
}
