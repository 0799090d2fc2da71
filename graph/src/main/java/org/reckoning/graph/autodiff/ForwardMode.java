package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.family.TNumber;

/**
 * The forward-mode driver: walks from the independent variables to the outputs with their tangents.
 * Knows no op.
 */
final class ForwardMode {
  private final RuleTable rules;
  private final Emitter emitter;
  private final Map<Output<?>, Operand<TNumber>> tangents = new HashMap<>();

  ForwardMode(RuleTable rules, Emitter emitter) {
    this.rules = rules;
    this.emitter = emitter;
  }

  Tangents pushforward(
      List<Operand<TNumber>> ys, List<Operand<TNumber>> xs, List<@Nullable Operand<TNumber>> dxs) {
    List<Operand<TNumber>> moving = new ArrayList<>();
    for (int i = 0; i < xs.size(); i++) {
      Operand<TNumber> dx = dxs.get(i);
      if (dx != null) {
        Checks.sameShapeAndType("tangent of input " + i, dx, xs.get(i));
        tangents.put(xs.get(i).asOutput(), dx);
        moving.add(xs.get(i));
      }
    }
    ActiveNodes active = new ActiveNodes(rules, ys, xs, moving);
    for (GraphOperation op : active.ordered()) {
      pushForward(op, active);
    }
    List<@Nullable Operand<TNumber>> dys = new ArrayList<>();
    ys.forEach(y -> dys.add(tangents.get(y.asOutput())));
    return new Tangents(emitter, ys, dys);
  }

  private void pushForward(GraphOperation op, ActiveNodes active) {
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
    List<@Nullable Operand<TNumber>> dys = apply(node, dxs);
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

  /**
   * Applies the rule of a node. It is linear in the tangents: one that is {@code s A} and larger
   * than the outputs is pushed as A, and what comes out is scaled.
   */
  private List<@Nullable Operand<TNumber>> apply(Node node, List<@Nullable Operand<TNumber>> dxs) {
    Pushforward rule = rules.pushforward(node);
    for (int i = 0; i < dxs.size(); i++) {
      Operand<TNumber> dx = dxs.get(i);
      if (node.outputs() != 1 || dx == null || dx.shape().size() <= node.outShape(0).size()) {
        continue;
      }
      Scaled scaled = Scaled.of(emitter, dx);
      if (scaled == null) {
        continue;
      }
      List<@Nullable Operand<TNumber>> alone =
          new ArrayList<>(Collections.nCopies(dxs.size(), null));
      alone.set(i, scaled.x());
      Operand<TNumber> part = rule.apply(node, tangents(node, alone)).get(0);
      List<@Nullable Operand<TNumber>> others = new ArrayList<>(dxs);
      others.set(i, null);
      Operand<TNumber> rest =
          others.stream().allMatch(Objects::isNull) ? null : apply(node, others).get(0);
      if (part == null) {
        return Collections.singletonList(rest);
      }
      part = node.tf().math.mul(scaled.s(), part);
      return List.of(rest == null ? part : node.tf().math.add(rest, part));
    }
    return rule.apply(node, tangents(node, dxs));
  }

  private Tangents tangents(Node node, List<@Nullable Operand<TNumber>> dxs) {
    return new Tangents(emitter, node.ins(0, node.inputs()), dxs);
  }
}
