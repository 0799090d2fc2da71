package org.reckoning.graph.xla;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.runtime.CpuRuntime;
import org.tensorflow.Graph;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * The canonical form of a function: the same computation has the same function, with the same name,
 * in every process. TensorFlow Java lists the nodes of a function in an order that differs between
 * processes.
 */
final class CanonicalFunction {
  private CanonicalFunction() {}

  /**
   * Returns a function with its nodes in the order of building, equal nodes merged, and a hash of
   * its content in its name.
   *
   * @param name prefix of the name
   * @param graph the graph that the function was made from
   */
  static FunctionDef of(String name, FunctionDef function, Graph graph) {
    Map<String, Integer> position = new HashMap<>();
    graph.operations().forEachRemaining(op -> position.put(op.name(), position.size()));
    List<NodeDef> nodes = new ArrayList<>(function.getNodeDefList());
    nodes.sort(
        Comparator.comparing(
                (NodeDef node) -> position.getOrDefault(node.getName(), Integer.MAX_VALUE))
            .thenComparing(NodeDef::getName));
    FunctionDef merged =
        EqualNodes.merge(function.toBuilder().clearNodeDef().addAllNodeDef(nodes).build());
    FunctionDef.Builder builder =
        (CpuRuntime.needsOneDtype() ? RoundedProducts.lower(merged) : merged).toBuilder();
    builder.getSignatureBuilder().setName(name + CpuRuntime.suffix());
    String hash = ContentHash.of(builder.build());
    builder.getSignatureBuilder().setName(name + "_" + hash);
    return builder.build();
  }
}
