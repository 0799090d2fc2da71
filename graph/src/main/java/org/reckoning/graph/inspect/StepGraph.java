package org.reckoning.graph.inspect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reckoning.graph.inspect.MemoryReport.Boundary;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.core.StatefulPartitionedCall;

/** The nodes of a static graph that one run executes, and the live tensors between its calls. */
final class StepGraph {
  /**
   * Op types whose result is their first input under another shape or name, without memory of its
   * own.
   */
  static final Set<String> VIEWS =
      Set.of("Identity", "Reshape", "ExpandDims", "Squeeze", "ReadVariableOp");

  private static final String TRAINING = "train/";
  private static final Pattern STEP = Pattern.compile("^(group_\\d+/)?[^/]+");

  private final List<GraphOperation> nodes = new ArrayList<>();
  private final List<GraphOperation> calls = new ArrayList<>();
  private final List<Operand<?>> fetches;

  /**
   * @param fetches results of the run; other nodes are not executed
   */
  StepGraph(Graph graph, List<Operand<?>> fetches) {
    this.fetches = fetches;
    Set<GraphOperation> needed = new HashSet<>();
    Deque<GraphOperation> open = new ArrayDeque<>();
    fetches.forEach(fetch -> open.push((GraphOperation) fetch.op()));
    while (!open.isEmpty()) {
      GraphOperation op = open.pop();
      if (needed.add(op)) {
        open.addAll(before(op));
      }
    }
    graph // in the order in which nodes were built: inputs first
        .operations()
        .forEachRemaining(
            op -> {
              if (needed.contains(op)) {
                nodes.add(op);
                if (isCall(op)) {
                  calls.add(op);
                }
              }
            });
  }

  /** Returns the calls in execution order. */
  List<GraphOperation> calls() {
    return calls;
  }

  /** Returns all nodes in the order in which they were built. */
  List<GraphOperation> nodes() {
    return nodes;
  }

  /** Returns the name of the called function. */
  static String functionOf(GraphOperation call) {
    return call.attributes().getAttrValueProto("f").getFunc().getName();
  }

  /**
   * Returns the boundaries between the calls. A node runs as soon as its inputs are available, so
   * after the last call t among its ancestors. A tensor is live from then until its last reader has
   * run. Fetched tensors are live until the end.
   */
  List<Boundary> boundaries() {
    Map<GraphOperation, Integer> time = new HashMap<>();
    Map<Output<?>, Integer> lastUse = new HashMap<>();
    for (GraphOperation op : nodes) {
      int ready = before(op).stream().mapToInt(input -> at(time, input)).max().orElse(-1);
      int now = isCall(op) ? calls.indexOf(op) : ready;
      time.put(op, now);
      if (!VIEWS.contains(op.type())) {
        for (int i = 0; i < op.numInputs(); i++) {
          lastUse.merge(source(op.input(i)), now, Math::max);
        }
      }
    }
    fetches.forEach(fetch -> lastUse.put(source(fetch.asOutput()), calls.size()));

    long[] alive = new long[Math.max(calls.size() - 1, 0)];
    lastUse.forEach(
        (tensor, last) -> {
          int from = Math.max(at(time, (GraphOperation) tensor.op()), 0);
          for (int after = from; after < Math.min(last, alive.length); after++) {
            alive[after] += TensorBytes.of(tensor);
          }
        });
    List<Boundary> boundaries = new ArrayList<>();
    for (int i = 0; i < alive.length; i++) {
      Boundary boundary = new Boundary(label(calls.get(i)), label(calls.get(i + 1)), alive[i]);
      int last = boundaries.size() - 1;
      if (last >= 0 && boundaries.get(last).isBetweenTheSameAs(boundary)) {
        boundary =
            new Boundary(
                boundary.after(),
                boundary.before(),
                Math.max(boundary.bytes(), boundaries.remove(last).bytes()));
      }
      boundaries.add(boundary);
    }
    return boundaries;
  }

  /**
   * Returns the scope of a call: {@code train/inner_0/StatefulPartitionedCall} and every call below
   * it have {@code inner_0}.
   */
  static String label(GraphOperation call) {
    String scope = call.name().substring(0, Math.max(call.name().lastIndexOf('/'), 0));
    int pass = scope.indexOf(TRAINING);
    if (pass < 0) {
      return scope.substring(scope.lastIndexOf('/') + 1);
    }
    String path = scope.substring(pass + TRAINING.length());
    Matcher matcher = STEP.matcher(path);
    return matcher.find() ? matcher.group() : path;
  }

  private static boolean isCall(GraphOperation op) {
    return op.type().equals(StatefulPartitionedCall.OP_NAME);
  }

  private static List<GraphOperation> before(GraphOperation op) {
    List<GraphOperation> before = new ArrayList<>(op.controlInputs());
    for (int i = 0; i < op.numInputs(); i++) {
      before.add((GraphOperation) op.input(i).op());
    }
    return before;
  }

  private static Output<?> source(Output<?> tensor) {
    GraphOperation op = (GraphOperation) tensor.op();
    return VIEWS.contains(op.type()) ? source(op.input(0)) : tensor;
  }

  private static int at(Map<GraphOperation, Integer> time, GraphOperation op) {
    Integer at = time.get(op);
    if (at == null) {
      throw new IllegalStateException("node '" + op.name() + "' comes after its consumer");
    }
    return at;
  }
}
