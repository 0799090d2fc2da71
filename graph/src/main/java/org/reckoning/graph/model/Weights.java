package org.reckoning.graph.model;

import java.util.Map;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Weights of the model by name, as read by a segment.
 *
 * @param theta adapted weights, one copy for each task [N, ...]
 * @param shared all other weights [1, ...]
 */
public record Weights<T extends TNumber>(
    Map<String, Operand<T>> theta, Map<String, Operand<T>> shared) {
  /** Path of the adapted weights among named tensors. */
  public static final String THETA = "theta";

  /** Path of all other weights among named tensors. */
  public static final String SHARED = "shared";

  /** Returns the arguments of a segment that reads all weights. */
  public static Specs specs(TaskModel<?> model) {
    return new Specs()
        .tensors(THETA, model.type(), model.thetaShapes())
        .tensors(SHARED, model.type(), model.sharedShapes());
  }

  /** Reads the weights from the arguments of a segment. */
  public static <T extends TNumber> Weights<T> of(Tensors in, Class<T> type) {
    return new Weights<>(in.under(THETA, type), in.under(SHARED, type));
  }

  /** Returns the weights as named arguments of a segment. */
  public Tensors named() {
    return new Tensors().putAll(THETA, theta).putAll(SHARED, shared);
  }

  /** Returns the parameters of the model. */
  public Parameters<T> parameters() {
    return new Parameters<>(shared).with(theta);
  }
}
