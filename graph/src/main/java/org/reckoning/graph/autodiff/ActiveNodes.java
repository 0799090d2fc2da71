package org.reckoning.graph.autodiff;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;

/**
 * The nodes on paths from independent variables {@code xs} to outputs {@code ys}, in topological
 * order. A path ends at an x: nodes that an x was computed from do not count.
 */
final class ActiveNodes {
  private final RuleTable rules;
  private final Set<Output<?>> xs = new HashSet<>();
  private final Set<Output<?>> moving = new HashSet<>();
  private final Map<GraphOperation, Boolean> dependsOnMoving = new HashMap<>();
  private final List<GraphOperation> ordered = new ArrayList<>();

  /**
   * @param xs independent variables
   * @param moving the xs with a nonzero tangent (forward mode), or all xs (reverse mode)
   */
  ActiveNodes(
      RuleTable rules,
      Collection<? extends Operand<?>> ys,
      Collection<? extends Operand<?>> xs,
      Collection<? extends Operand<?>> moving) {
    this.rules = rules;
    xs.forEach(x -> this.xs.add(x.asOutput()));
    moving.forEach(x -> this.moving.add(x.asOutput()));
    for (Operand<?> y : ys) {
      if (!isIndependent(y.asOutput()) && isFloating(y.asOutput().dataType())) {
        visit((GraphOperation) y.op());
      }
    }
  }

  /** Returns the nodes that depend on a moving x; each comes after the nodes that it reads. */
  List<GraphOperation> ordered() {
    return ordered;
  }

  /** Returns whether a tensor is an x. */
  boolean isIndependent(Output<?> tensor) {
    return xs.contains(tensor);
  }

  /** Returns whether a tensor is a moving x or has a derivative with respect to one. */
  boolean isActive(Output<?> tensor) {
    if (!isFloating(tensor.dataType())) {
      return false;
    }
    return isIndependent(tensor)
        ? moving.contains(tensor)
        : dependsOnMoving.getOrDefault((GraphOperation) tensor.op(), false);
  }

  /** Visits ancestors depth first, without recursion: unrolled graphs overflow a thread's stack. */
  private void visit(GraphOperation start) {
    Deque<GraphOperation> stack = new ArrayDeque<>();
    stack.push(start);
    while (!stack.isEmpty()) {
      GraphOperation op = stack.peek();
      if (dependsOnMoving.containsKey(op)) {
        stack.pop();
        continue;
      }
      if (rules.isZero(op)) {
        dependsOnMoving.put(op, false);
        stack.pop();
        continue;
      }
      boolean ready = true;
      boolean active = false;
      for (int i = 0; i < op.numInputs(); i++) {
        Output<?> input = op.input(i);
        if (!isIndependent(input)
            && isFloating(input.dataType())
            && !dependsOnMoving.containsKey((GraphOperation) input.op())) {
          stack.push((GraphOperation) input.op());
          ready = false;
        } else {
          active |= isActive(input);
        }
      }
      if (ready) {
        stack.pop();
        dependsOnMoving.put(op, active);
        if (active) {
          ordered.add(op);
        }
      }
    }
  }

  private static boolean isFloating(DataType type) {
    return switch (type) {
      case DT_FLOAT, DT_DOUBLE, DT_BFLOAT16, DT_HALF -> true;
      default -> false;
    };
  }
}
