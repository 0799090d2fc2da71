package org.reckoning.graph.autodiff;

import java.util.List;
import org.reckoning.graph.autodiff.DerivativeCases.Body;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.DerivativeCases.Domain;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.family.TNumber;

/**
 * Rows of {@link DerivativeCases} for small networks of many ops. B is the number of sequences, T
 * of tokens, C of channels, V of classes.
 */
final class NetworkCases {
  static final int B = 2;
  static final int T = 3;
  static final int C = 4;
  static final int V = 5;

  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  private NetworkCases() {}

  static List<Case> all() {
    return List.of(mlp(), layerNorm(), attention(), transformer());
  }

  /** Two layers of {@code tanh(x W + b)} and a squared error. */
  static Case mlp() {
    return network(
        "mlp",
        List.of(Shape.of(B, C), Shape.of(C, V), Shape.of(V), Shape.of(V, 1), Shape.of(B, 1)),
        (tf, in) -> {
          var hidden = tf.math.tanh(tf.math.add(tf.linalg.matMul(in.get(0), in.get(1)), in.get(2)));
          var error = tf.math.squaredDifference(tf.linalg.matMul(hidden, in.get(3)), in.get(4));
          return List.of(tf.math.mean(error, tf.constant(new int[] {0, 1})));
        });
  }

  /** Layer normalization of [B, C] with gain and bias. */
  static Case layerNorm() {
    return network(
        "layer norm",
        List.of(Shape.of(B, C), Shape.of(C), Shape.of(C)),
        (tf, in) -> List.of(layerNorm(tf, in.get(0), in.get(1), in.get(2))));
  }

  /** Attention with the queries, keys and values [B, T, C]. */
  static Case attention() {
    Shape tokens = Shape.of(B, T, C);
    return network(
        "attention",
        List.of(tokens, tokens, tokens),
        (tf, in) -> List.of(attention(tf, in.get(0), in.get(1), in.get(2))));
  }

  /** A transformer block and the cross-entropy of its classes: the loss, a scalar. */
  static Case transformer() {
    return network(
        "transformer",
        List.of(
            Shape.of(B, T, C), // tokens
            Shape.of(C),
            Shape.of(C), // gain and bias
            Shape.of(C, 3 * C), // queries, keys and values
            Shape.of(C, V)), // classes
        (tf, in) -> {
          var x = in.get(0);
          var normed = layerNorm(tf, x, in.get(1), in.get(2));
          var qkv = tf.split(tf.constant(-1), matMul(tf, normed, in.get(3)), 3L).output();
          var attended = tf.math.add(x, attention(tf, qkv.get(0), qkv.get(1), qkv.get(2)));
          var logits = matMul(tf, gelu(tf, attended), in.get(4));
          var losses =
              tf.nn.sparseSoftmaxCrossEntropyWithLogits(
                  tf.reshape(logits, tf.constant(new int[] {B * T, V})),
                  tf.constant(new int[] {0, 4, 2, 2, 1, 3}));
          return List.of(tf.math.mean(losses.loss(), tf.constant(0)));
        });
  }

  private static Operand<TNumber> layerNorm(
      Ops tf, Operand<TNumber> x, Operand<TNumber> gain, Operand<TNumber> bias) {
    var mean = tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
    var centered = tf.math.sub(x, mean);
    var variance = tf.math.mean(tf.math.square(centered), tf.constant(-1), Mean.keepDims(true));
    var scale = tf.math.rsqrt(tf.math.add(variance, scalar(tf, x, 1e-5)));
    return tf.math.add(tf.math.mul(tf.math.mul(centered, scale), gain), bias);
  }

  /** Emits causal attention: a position does not see later ones. */
  private static Operand<TNumber> attention(
      Ops tf, Operand<TNumber> q, Operand<TNumber> k, Operand<TNumber> v) {
    var scores = tf.train.batchMatMul(q, k, q.type(), BatchMatMul.adjY(true)); // [B, T, T]
    var scaled = tf.math.mul(scores, scalar(tf, q, 1 / Math.sqrt(C)));
    boolean[][] past = {{true, false, false}, {true, true, false}, {true, true, true}};
    var masked = tf.select(tf.constant(past), scaled, scalar(tf, q, -1e4));
    return tf.train.batchMatMul(tf.nn.softmax(masked), v, q.type()); // [B, T, C]
  }

  /** Emits GELU in its tanh form. */
  private static Operand<TNumber> gelu(Ops tf, Operand<TNumber> x) {
    var cube = tf.math.mul(x, tf.math.square(x));
    var inner = tf.math.add(x, tf.math.mul(scalar(tf, x, 0.044715), cube));
    var gate = tf.math.tanh(tf.math.mul(scalar(tf, x, SQRT_2_OVER_PI), inner));
    return tf.math.mul(tf.math.mul(scalar(tf, x, 0.5), x), tf.math.add(scalar(tf, x, 1), gate));
  }

  /** Emits the product of [B, T, C] and [C, D]. */
  private static Operand<TNumber> matMul(Ops tf, Operand<TNumber> x, Operand<TNumber> w) {
    return tf.train.batchMatMul(x, w, x.type());
  }

  private static Case network(String name, List<Shape> inputs, Body body) {
    return new Case(
        name, name, inputs.stream().map(shape -> new Domain(shape, -1, 1)).toList(), body);
  }

  private static Operand<TNumber> scalar(Ops tf, Operand<TNumber> like, double value) {
    return Scalars.of(tf, like.type(), value);
  }
}
