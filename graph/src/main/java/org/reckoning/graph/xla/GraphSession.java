package org.reckoning.graph.xla;

import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Sessions in which compiled segments work. */
public final class GraphSession {
  private GraphSession() {}

  /**
   * Opens a session.
   *
   * <p>TensorFlow's graph rewriter is off: in large graphs it turns sums inside of compiled
   * functions into ops that XLA does not know. GPU memory is taken as it is needed.
   */
  public static Session open(Graph graph) {
    return new Session(
        graph,
        ConfigProto.newBuilder()
            .setAllowSoftPlacement(true)
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .setGraphOptions(
                GraphOptions.newBuilder()
                    .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
            .build());
  }
}
