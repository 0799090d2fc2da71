package org.reckoning.graph.autodiff;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.nn.LogSoftmax;
import org.tensorflow.op.nn.Softmax;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.family.TNumber;

/** Rules of softmax, log-softmax and cross-entropies over the last axis; p is the softmax. */
final class SoftmaxRules {
  private SoftmaxRules() {}

  static void addTo(RuleTable rules) {
    // The Jacobian diag(p) - p p^T is symmetric, so one rule serves both modes.
    rules.elementwise(Softmax.OP_NAME, (n, d) -> softmaxJacobian(n, n.out(), d));
    // d log p = dx - sum(p dx), adjoint dy - p sum(dy)
    rules.rule(
        LogSoftmax.OP_NAME,
        (n, dy, i) -> {
          Operand<TNumber> d = dy.orZero(0);
          return n.tf().math.sub(d, n.tf().math.mul(n.tf().math.exp(n.out()), rowSum(n, d)));
        },
        (n, dx) -> {
          Operand<TNumber> mean =
              rowSum(n, n.tf().math.mul(n.tf().math.exp(n.out()), dx.orZero(0)));
          return List.of(n.tf().math.sub(dx.orZero(0), mean));
        });
    addSparseCrossEntropy(rules);
    addCrossEntropy(rules);
  }

  /**
   * Adds the op with features [B, V] and labels [B]. Its outputs are the loss [B] and the
   * derivative {@code p - onehot(label)} [B, V]. First derivatives read the second output; second
   * derivatives differentiate it.
   */
  private static void addSparseCrossEntropy(RuleTable rules) {
    rules.rule(
        SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
        (n, dy, i) ->
            i == 0 ? add(n, byRow(n, dy.get(0), n.out(1)), throughSoftmax(n, dy.get(1))) : null,
        (n, dx) -> {
          Operand<TNumber> d = dx.orZero(0);
          return Arrays.asList(
              n.tf().sum(n.tf().math.mul(d, n.out(1)), n.tf().constant(-1)), throughSoftmax(n, d));
        });
  }

  /**
   * Adds the op with features x [B, V] and labels q [B, V], of any sum. Its outputs are the loss
   * {@code -sum(q log p)} [B] and {@code p - q} [B, V].
   */
  private static void addCrossEntropy(RuleTable rules) {
    rules.rule(
        SoftmaxCrossEntropyWithLogits.OP_NAME,
        (n, dy, i) -> {
          if (i == 0) {
            return add(n, byRow(n, dy.get(0), lossSlope(n)), throughSoftmax(n, dy.get(1)));
          }
          Operand<TNumber> d1 = dy.get(1);
          Operand<TNumber> negLogP = n.tf().math.neg(n.tf().nn.logSoftmax(features(n)));
          return add(n, byRow(n, dy.get(0), negLogP), d1 == null ? null : n.tf().math.neg(d1));
        },
        (n, dx) -> {
          Operand<TNumber> dFeatures = dx.get(0);
          Operand<TNumber> dLabels = dx.get(1);
          Operand<TNumber> loss = null;
          Operand<TNumber> slope = null;
          if (dFeatures != null) {
            loss = n.tf().sum(n.tf().math.mul(dFeatures, lossSlope(n)), n.tf().constant(-1));
            slope = throughSoftmax(n, dFeatures);
          }
          if (dLabels != null) {
            Operand<TNumber> entropy = n.tf().math.mul(dLabels, n.tf().nn.logSoftmax(features(n)));
            loss = add(n, loss, n.tf().math.neg(n.tf().sum(entropy, n.tf().constant(-1))));
            slope = add(n, slope, n.tf().math.neg(dLabels));
          }
          return Arrays.asList(loss, slope);
        });
  }

  /** Emits the derivative of {@code -sum(q log p)} in the features: {@code p sum(q) - q}. */
  private static Operand<TNumber> lossSlope(Node n) {
    Operand<TNumber> p = n.tf().nn.softmax(features(n));
    return n.tf().math.sub(n.tf().math.mul(p, rowSum(n, n.in(1))), n.in(1));
  }

  /** Emits the features in the shape [B, V] to which the op broadcasts them. */
  private static Operand<TNumber> features(Node n) {
    return n.inShape(0).equals(n.outShape(1))
        ? n.in(0)
        : n.tf().broadcastTo(n.in(0), n.ints(n.outShape(1).asArray()));
  }

  private static @Nullable Operand<TNumber> throughSoftmax(Node n, @Nullable Operand<TNumber> d) {
    return d == null ? null : softmaxJacobian(n, n.tf().nn.softmax(features(n)), d);
  }

  /** Emits {@code p (d - sum(p d))}. */
  private static Operand<TNumber> softmaxJacobian(Node n, Operand<TNumber> p, Operand<TNumber> d) {
    return n.tf().math.mul(p, n.tf().math.sub(d, rowSum(n, n.tf().math.mul(p, d))));
  }

  /** Multiplies row b of a matrix [B, V] by element b of a vector [B]. */
  private static @Nullable Operand<TNumber> byRow(
      Node n, @Nullable Operand<TNumber> vector, Operand<TNumber> matrix) {
    return vector == null
        ? null
        : n.tf().math.mul(n.tf().expandDims(vector, n.tf().constant(-1)), matrix);
  }

  private static Operand<TNumber> rowSum(Node n, Operand<TNumber> x) {
    return n.tf().sum(x, n.tf().constant(-1), Sum.keepDims(true));
  }

  private static @Nullable Operand<TNumber> add(
      Node n, @Nullable Operand<TNumber> a, @Nullable Operand<TNumber> b) {
    return RuleTable.sum(n, Arrays.asList(a, b));
  }
}
