package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.family.TNumber;

/**
 * The forward-mode driver: walks from the independent variables to the outputs and computes a
 * tangent for each node. It knows no op: rules are in the {@link RuleTable}, cheaper forms in
 * {@link Rewrites}.
 */
final class ForwardMode {
  private final RuleTable rules;
  private final Emitter emitter;
  private final Rewrites rewrites;
  private final Map<Output<?>, Operand<TNumber>> tangents = new HashMap<>();

  ForwardMode(RuleTable rules, Emitter emitter) {
    this.rules = rules;
    this.emitter = emitter;
    this.rewrites = new Rewrites(rules, emitter);
  }

  /** Returns a tangent for each y, given a tangent for each x; null for zero. */
  Tangents pushforward(
      List<Operand<TNumber>> ys, List<Operand<TNumber>> xs, List<@Nullable Operand<TNumber>> dxs) {
    List<Operand<TNumber>> moving = new ArrayList<>();
    for (int i = 0; i < xs.size(); i++) {
      Operand<TNumber> dx = dxs.get(i);
      if (dx != null) {
        Checks.sameShapeAndType("tangent of input " + i, dx, xs.get(i));
        Operand<TNumber> x = xs.get(i);
        tangents.merge(x.asOutput(), dx, (a, b) -> emitter.scopeOf(x.op().name()).math.add(a, b));
        moving.add(xs.get(i));
      }
    }
    ActiveNodes active = new ActiveNodes(rules, ys, xs, moving);
    for (GraphOperation op : active.ordered()) {
      pushThrough(op, active);
    }
    List<@Nullable Operand<TNumber>> dys = new ArrayList<>();
    ys.forEach(y -> dys.add(tangents.get(y.asOutput())));
    return new Tangents(emitter, ys, dys);
  }

  private void pushThrough(GraphOperation op, ActiveNodes active) {
    Node node = new Node(emitter, op);
    List<@Nullable Operand<TNumber>> dxs = new ArrayList<>();
    boolean any = false;
    for (int i = 0; i < op.numInputs(); i++) {
      Operand<TNumber> dx = tangents.get(op.input(i));
      dxs.add(dx);
      any |= dx != null;
    }
    if (!any) {
      return;
    }
    List<@Nullable Operand<TNumber>> dys = rewrites.pushforward(node, rules.pushforward(node), dxs);
    for (int i = 0; i < dys.size(); i++) {
      Operand<TNumber> dy = dys.get(i);
      if (dy == null || active.isIndependent(op.output(i))) {
        continue;
      }
      Operand<TNumber> y = node.out(i);
      if (Shapes.broadcastable(Shapes.staticShape(dy), Shapes.staticShape(y))) {
        dy = emitter.broadcast(dy, y.shape());
      }
      Checks.sameShapeAndType("tangent of output " + i + " of " + node, dy, y);
      tangents.put(y.asOutput(), dy);
    }
  }
}
