package org.reckoning.graph.autodiff;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The scopes and shared scalars of one run of a driver. The scope of a derivative mirrors the scope
 * of the differentiated node: {@code gradients/h.0/attn/...} for {@code h.0/attn/...}.
 */
final class Emitter {
  private final Ops root;
  private final Map<String, Ops> scopes = new HashMap<>();
  private final Map<String, Operand<? extends TNumber>> scalars = new HashMap<>();

  Emitter(Ops root) {
    this.root = root;
  }

  /** Returns the scope that mirrors the scope of a node with this name. */
  Ops scopeOf(String nodeName) {
    int slash = nodeName.lastIndexOf('/');
    return slash < 0 ? root : scope(nodeName.substring(0, slash));
  }

  private Ops scope(String path) {
    Ops known = scopes.get(path);
    if (known != null) {
      return known;
    }
    int slash = path.lastIndexOf('/');
    Ops parent = slash < 0 ? root : scope(path.substring(0, slash));
    Ops scope = parent.withSubScope(path.substring(slash + 1));
    scopes.put(path, scope);
    return scope;
  }

  /** Returns a scalar constant of the dtype of {@code like}; each value is emitted once. */
  @SuppressWarnings("unchecked") // the cached scalar has the dtype that its key names
  <T extends TNumber> Operand<T> scalar(Operand<T> like, double value) {
    return (Operand<T>)
        scalars.computeIfAbsent(
            like.asOutput().dataType() + " " + value, key -> Scalars.of(root, like.type(), value));
  }

  /**
   * Emits zeros of the shape and dtype of {@code like}.
   *
   * @throws IllegalArgumentException if a size is unknown while the graph is built
   */
  <T extends TNumber> Operand<T> zeros(Operand<T> like) {
    return broadcast(scalar(like, 0), Shapes.staticShape(like));
  }

  /** Broadcasts a tensor, unless it has the shape already. */
  <T extends TNumber> Operand<T> broadcast(Operand<T> x, Shape shape) {
    return shape.equals(x.shape()) ? x : root.broadcastTo(x, root.constant(shape.asArray()));
  }
}
