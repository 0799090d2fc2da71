package org.reckoning.graph.variables;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.settings.WeightLayout;
import org.tensorflow.types.TFloat32;

/** Gives initial weights, each in a tensor that a variable takes over: none is copied. */
@FunctionalInterface
public interface WeightSource {
  /**
   * Returns a weight, or null if it is to be random.
   *
   * @param name one of {@link WeightLayout#shapes()}
   * @return a new tensor of the shape that the layout says, which the caller closes
   */
  @Nullable TFloat32 read(String name) throws IOException;
}
