package org.reckoning.graph.xla;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Merges nodes of a function that compute the same, such as constants, shapes and products that two
 * derivatives share.
 */
final class EqualNodes {
  /**
   * Op types that read or change state, besides those with one of the prefixes. Each random op
   * draws its own numbers, so equal ones are kept.
   */
  private static final Set<String> STATEFUL = Set.of("ReadVariableOp", "VarHandleOp", "NoOp");

  private static final List<String> STATEFUL_PREFIXES =
      List.of("Stateful", "Assign", "Resource", "Random", "TruncatedNormal");

  private final Map<Content, String> kept = new HashMap<>();
  private final Map<String, String> replaced = new HashMap<>();

  private EqualNodes() {}

  /** What determines the values of a pure node. */
  private record Content(String op, List<String> inputs, Map<String, AttrValue> attributes) {}

  /**
   * Returns a function in which each node takes the place of the later nodes that equal it.
   *
   * @param function a function whose nodes are in topological order
   */
  static FunctionDef merge(FunctionDef function) {
    EqualNodes equal = new EqualNodes();
    FunctionDef.Builder merged = function.toBuilder().clearNodeDef();
    for (NodeDef node : function.getNodeDefList()) {
      List<String> inputs = node.getInputList().stream().map(equal::renamed).toList();
      String first =
          isPure(node)
              ? equal.kept.putIfAbsent(
                  new Content(node.getOp(), inputs, node.getAttrMap()), node.getName())
              : null;
      if (first == null) {
        merged.addNodeDef(node.toBuilder().clearInput().addAllInput(inputs));
      } else {
        equal.replaced.put(node.getName(), first);
      }
    }
    function.getRetMap().forEach((result, source) -> merged.putRet(result, equal.renamed(source)));
    return merged.build();
  }

  /** Returns a source with a merged node replaced by the kept one. */
  private String renamed(String source) {
    String first = replaced.get(Sources.node(source));
    return first == null ? source : Sources.withNode(source, first);
  }

  /** Returns whether the outputs of a node are a function of its inputs, without side effects. */
  private static boolean isPure(NodeDef node) {
    String op = node.getOp();
    boolean stateful = STATEFUL.contains(op) || STATEFUL_PREFIXES.stream().anyMatch(op::startsWith);
    boolean ordered = node.getInputList().stream().anyMatch(Sources::isControl);
    return !stateful && !ordered;
  }
}
