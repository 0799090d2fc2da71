package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.family.TNumber;

/**
 * The reverse-mode driver: walks from the outputs back to the independent variables and sums
 * cotangents. It knows no op: rules are in the {@link RuleTable}, cheaper forms in {@link
 * Rewrites}.
 */
final class ReverseMode {
  private final RuleTable rules;
  private final Emitter emitter;
  private final Rewrites rewrites;
  private final Map<Output<?>, Operand<TNumber>> cotangents = new HashMap<>();

  ReverseMode(RuleTable rules, Emitter emitter) {
    this.rules = rules;
    this.emitter = emitter;
    this.rewrites = new Rewrites(rules, emitter);
  }

  /** Returns a cotangent for each x, given a cotangent for each y; null for zero. */
  Tangents pullback(
      List<Operand<TNumber>> ys, List<@Nullable Operand<TNumber>> dys, List<Operand<TNumber>> xs) {
    for (int i = 0; i < ys.size(); i++) {
      Operand<TNumber> dy = dys.get(i);
      if (dy != null) {
        Checks.sameShapeAndType("cotangent of output " + i, dy, ys.get(i));
        accumulate(ys.get(i), dy);
      }
    }
    ActiveNodes active = new ActiveNodes(rules, ys, xs, xs);
    ListIterator<GraphOperation> node = active.ordered().listIterator(active.ordered().size());
    while (node.hasPrevious()) {
      pullThrough(node.previous(), active);
    }
    List<@Nullable Operand<TNumber>> dxs = new ArrayList<>();
    xs.forEach(x -> dxs.add(cotangents.get(x.asOutput())));
    return new Tangents(emitter, xs, dxs);
  }

  private void pullThrough(GraphOperation op, ActiveNodes active) {
    List<Operand<TNumber>> ys = new ArrayList<>();
    List<@Nullable Operand<TNumber>> dys = new ArrayList<>();
    boolean any = false;
    for (int i = 0; i < op.numOutputs(); i++) {
      ys.add(op.<TNumber>output(i));
      Operand<TNumber> dy =
          active.isIndependent(op.output(i)) ? null : cotangents.get(op.output(i));
      dys.add(dy);
      any |= dy != null;
    }
    if (!any) {
      return;
    }
    Node node = new Node(emitter, op);
    Pullback rule = rules.pullback(node);
    Tangents dy = new Tangents(emitter, ys, dys);
    for (int i = 0; i < op.numInputs(); i++) {
      if (!active.isActive(op.input(i))) {
        continue;
      }
      Operand<TNumber> dx = rule.apply(node, dy, i);
      if (dx != null) {
        dx = rewrites.unbroadcast(node, dx, node.inShape(i));
        Checks.sameShapeAndType("cotangent of input " + i + " of " + node, dx, node.in(i));
        accumulate(node.in(i), dx);
      }
    }
  }

  private void accumulate(Operand<TNumber> x, Operand<TNumber> dx) {
    cotangents.merge(x.asOutput(), dx, (a, b) -> emitter.scopeOf(x.op().name()).math.add(a, b));
  }
}
