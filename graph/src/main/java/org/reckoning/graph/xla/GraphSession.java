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
   * Settings of a function call: the graph optimizer is off. A call does not inherit this from its
   * session, and the optimizer takes a fifth of the time until the first result.
   */
  static final ConfigProto FUNCTIONS =
      ConfigProto.newBuilder()
          .setGraphOptions(
              GraphOptions.newBuilder()
                  .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
          .build();

  private GraphSession() {}

  /** Opens a session with {@link #config}. */
  public static Session open(Graph graph) {
    return new Session(graph, config());
  }

  /**
   * Returns the settings of sessions.
   *
   * <p>TensorFlow's graph optimizer is off. In large graphs it replaces sums in compiled functions
   * by ops that XLA does not support. For an exported model it takes seconds at the first call of
   * each signature. A session takes GPU memory as needed, not all of it.
   */
  public static ConfigProto config() {
    return FUNCTIONS.toBuilder()
        .setAllowSoftPlacement(true)
        .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
        .build();
  }
}
