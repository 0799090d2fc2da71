package org.reckoning.graph.xla;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Merges the nodes of a function that compute the same: constants, shapes, and products that two
 * derivatives have in common.
 */
final class EqualNodes {
  private final Map<Content, String> kept = new HashMap<>();
  private final Map<String, String> replaced = new HashMap<>();

  private EqualNodes() {}

  /** What a node computes: with the same content, the same values. */
  private record Content(String op, List<String> inputs, Map<String, AttrValue> attributes) {}

  /**
   * Returns the function with the first of all equal nodes in place of the others.
   *
   * @param function its nodes come after those that they read
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

  /** {@code node:output:index} with the node that stands for it; an argument has no colon. */
  private String renamed(String source) {
    int colon = source.indexOf(':');
    String node = colon < 0 ? source : source.substring(0, colon);
    String first = replaced.get(node);
    return first == null ? source : first + source.substring(node.length());
  }

  /** Whether a node does nothing but compute its outputs from its inputs. */
  private static boolean isPure(NodeDef node) {
    String op = node.getOp();
    boolean touchesState =
        op.startsWith("Stateful")
            || op.startsWith("Assign")
            || op.equals("ReadVariableOp")
            || op.equals("VarHandleOp")
            || op.equals("NoOp");
    boolean ordered = node.getInputList().stream().anyMatch(input -> input.startsWith("^"));
    return !touchesState && !ordered;
  }
}
