package org.reckoning.graph.xla;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Output;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Replaces tensors of a function by arguments that have their values. A graph cannot change the
 * inputs of a node once it is built; the definition of a function can.
 */
final class KnownTensors {
  private KnownTensors() {}

  /**
   * Returns a function that reads the arguments of known tensors, without the nodes and arguments
   * that no result needs any more.
   *
   * @param inputs arguments of the function, in order
   * @param passed names of the arguments that are still needed
   * @param known argument of each known tensor
   */
  static FunctionDef replace(
      FunctionDef function, Tensors inputs, Set<String> passed, Map<Output<?>, Output<?>> known) {
    if (known.isEmpty()) {
      return function;
    }
    Map<String, String> arguments = arguments(function, inputs, known);
    FunctionDef.Builder replaced = function.toBuilder().clearNodeDef().clearArgAttr();
    replaced.getSignatureBuilder().clearInputArg();
    int i = 0;
    for (String name : inputs.names()) {
      if (passed.contains(name)) {
        int kept = replaced.getSignature().getInputArgCount();
        replaced.getSignatureBuilder().addInputArg(function.getSignature().getInputArg(i));
        if (function.containsArgAttr(i)) {
          replaced.putArgAttr(kept, function.getArgAttrOrThrow(i));
        }
      }
      i++;
    }
    Map<String, NodeDef> nodes = new HashMap<>();
    for (NodeDef node : function.getNodeDefList()) {
      List<String> sources =
          node.getInputList().stream().map(source -> renamed(source, arguments)).toList();
      nodes.put(node.getName(), node.toBuilder().clearInput().addAllInput(sources).build());
    }
    function
        .getRetMap()
        .forEach((result, source) -> replaced.putRet(result, renamed(source, arguments)));
    Set<String> needed = ancestors(replaced.getRetMap().values(), nodes);
    for (NodeDef node : function.getNodeDefList()) {
      if (needed.contains(node.getName())) {
        replaced.addNodeDef(nodes.get(node.getName()));
      }
    }
    return replaced.build();
  }

  /** Returns the name of the argument of each known node. */
  private static Map<String, String> arguments(
      FunctionDef function, Tensors inputs, Map<Output<?>, Output<?>> known) {
    Map<Output<?>, String> names = new HashMap<>();
    for (int i = 0; i < inputs.values().size(); i++) {
      names.put(
          inputs.values().get(i).asOutput(), function.getSignature().getInputArg(i).getName());
    }
    Map<String, String> arguments = new HashMap<>();
    known.forEach(
        (tensor, argument) -> {
          String name = names.get(argument);
          if (name != null) { // no result needs the tensor
            arguments.put(tensor.op().name(), name);
          }
        });
    return arguments;
  }

  private static String renamed(String source, Map<String, String> arguments) {
    String argument = Sources.isControl(source) ? null : arguments.get(Sources.node(source));
    return argument == null ? source : argument;
  }

  private static Set<String> ancestors(Iterable<String> results, Map<String, NodeDef> nodes) {
    Set<String> seen = new HashSet<>();
    Deque<String> stack = new ArrayDeque<>();
    results.forEach(stack::push);
    while (!stack.isEmpty()) {
      NodeDef node = nodes.get(Sources.node(stack.pop()));
      if (node != null && seen.add(node.getName())) {
        node.getInputList().forEach(stack::push);
      }
    }
    return seen;
  }
}
