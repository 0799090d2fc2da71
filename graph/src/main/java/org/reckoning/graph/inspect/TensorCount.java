package org.reckoning.graph.inspect;

import java.util.Collection;
import org.tensorflow.ndarray.Shape;

/**
 * Tensors of one kind.
 *
 * @param tensors how many there are
 * @param elements numbers in all of them
 * @param bytes bytes of all of them
 */
public record TensorCount(int tensors, long elements, long bytes) {

  static TensorCount of(Collection<Shape> shapes, int elementBytes) {
    long elements = shapes.stream().mapToLong(Shape::size).sum();
    return new TensorCount(shapes.size(), elements, elements * elementBytes);
  }
}
