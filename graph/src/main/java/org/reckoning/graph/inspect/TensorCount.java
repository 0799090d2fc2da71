package org.reckoning.graph.inspect;

import java.util.Collection;
import org.tensorflow.ndarray.Shape;

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
