package org.reckoning.graph.xla;

import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Sessions for graphs with compiled segments. */
public final class GraphSession {
  /**
   * What a call of a function asks of TensorFlow: no graph optimizer. A call does not inherit this
   * from its session, and the optimizer takes a fifth of the time until the first result.
   */
  static final ConfigProto FUNCTIONS =
      ConfigProto.newBuilder()
          .setGraphOptions(
              GraphOptions.newBuilder()
                  .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
          .build();

  private GraphSession() {}

  /**
   * Opens a session.
   *
   * <p>TensorFlow's graph optimizer is off. In large graphs it replaces sums in compiled functions
   * by ops that XLA does not support. The session takes GPU memory as needed, not all of it.
   */
  public static Session open(Graph graph) {
    return new Session(
        graph,
        FUNCTIONS.toBuilder()
            .setAllowSoftPlacement(true)
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .build());
  }
}
