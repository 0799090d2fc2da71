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
 * The nodes between some outputs {@code ys} and the independent variables {@code xs}, in an order
 * in which every node comes after the nodes it reads. The walk ends at an x: what an x was computed
 * from does not count.
 */
final class ActiveNodes {
  private final RuleTable rules;
  private final Set<Output<?>> xs = new HashSet<>();
  private final Set<Output<?>> moving = new HashSet<>();
  private final Map<GraphOperation, Boolean> reaches = new HashMap<>();
  private final List<GraphOperation> ordered = new ArrayList<>();

  /**
   * @param xs the independent variables
   * @param moving those among them whose tangent is not zero, or whose cotangent is asked for
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

  /** Returns the nodes that depend on an x, readers after what they read. */
  List<GraphOperation> ordered() {
    return ordered;
  }

  /** Returns whether a tensor is an x. */
  boolean isIndependent(Output<?> tensor) {
    return xs.contains(tensor);
  }

  /** Returns whether a tensor is a moving x or depends on one in a way that has a derivative. */
  boolean isActive(Output<?> tensor) {
    if (isIndependent(tensor)) {
      return moving.contains(tensor);
    }
    return isFloating(tensor.dataType())
        && reaches.getOrDefault((GraphOperation) tensor.op(), false);
  }

  /** Depth first with a stack of its own: an unrolled graph is deeper than the thread's stack. */
  private void visit(GraphOperation start) {
    Deque<GraphOperation> stack = new ArrayDeque<>();
    stack.push(start);
    while (!stack.isEmpty()) {
      GraphOperation op = stack.peek();
      if (reaches.containsKey(op)) {
        stack.pop();
        continue;
      }
      if (rules.isZero(op.type())) {
        reaches.put(op, false);
        stack.pop();
        continue;
      }
      boolean ready = true;
      boolean active = false;
      for (int i = 0; i < op.numInputs(); i++) {
        Output<?> input = op.input(i);
        if (!isIndependent(input)
            && isFloating(input.dataType())
            && !reaches.containsKey((GraphOperation) input.op())) {
          stack.push((GraphOperation) input.op());
          ready = false;
        } else {
          active |= isActive(input);
        }
      }
      if (ready) {
        stack.pop();
        reaches.put(op, active);
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
