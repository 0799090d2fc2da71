package org.reckoning.graph.autodiff;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/** Forward-mode rule of an op type: maps tangents of the op's inputs to tangents of its outputs. */
@FunctionalInterface
public interface Pushforward {
  /**
   * Emits the tangents of all outputs. The driver broadcasts them to the shapes of the outputs and
   * checks shapes and dtypes.
   *
   * @param node the op that is differentiated
   * @param dx tangents of its inputs; at least one is not zero
   * @return one tangent for each output; null for zero
   */
  List<@Nullable Operand<TNumber>> apply(Node node, Tangents dx);
}
