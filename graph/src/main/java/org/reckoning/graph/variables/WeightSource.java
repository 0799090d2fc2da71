package org.reckoning.graph.variables;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.settings.WeightLayout;
import org.tensorflow.types.TFloat32;

/** Source of initial weights. A variable takes over each tensor without a copy. */
@FunctionalInterface
public interface WeightSource {
  /**
   * Returns a weight, or null for a random weight.
   *
   * @param name one of {@link WeightLayout#shapes()}
   * @return a new tensor of the shape in the layout; the caller closes it
   */
  @Nullable TFloat32 read(String name) throws IOException;
}
