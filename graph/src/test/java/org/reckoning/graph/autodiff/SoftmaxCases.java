package org.reckoning.graph.autodiff;

import static org.reckoning.graph.autodiff.DerivativeCases.in;
import static org.reckoning.graph.autodiff.DerivativeCases.many;
import static org.reckoning.graph.autodiff.DerivativeCases.name;
import static org.reckoning.graph.autodiff.DerivativeCases.one;
import static org.reckoning.graph.autodiff.DerivativeCases.two;

import java.util.List;
import java.util.stream.Stream;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.DerivativeCases.Domain;
import org.tensorflow.op.nn.LogSoftmax;
import org.tensorflow.op.nn.Softmax;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;

/** Rows for {@link SoftmaxRules}. */
final class SoftmaxCases {
  private SoftmaxCases() {}

  static Stream<Case> all() {
    Domain logits = in(-2, 2, 3, 4);
    Domain labels = in(0.1, 1, 3, 4); // the op accepts rows of any sum
    int[] classes = {1, 3, 0};
    return Stream.of(
        one(Softmax.OP_NAME, "", logits, (tf, x) -> tf.nn.softmax(x)),
        one(Softmax.OP_NAME, "[2, 3, 4]", in(-2, 2, 2, 3, 4), (tf, x) -> tf.nn.softmax(x)),
        one(LogSoftmax.OP_NAME, "", logits, (tf, x) -> tf.nn.logSoftmax(x)),
        one(LogSoftmax.OP_NAME, "[2, 3, 4]", in(-2, 2, 2, 3, 4), (tf, x) -> tf.nn.logSoftmax(x)),
        many(
            SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
            "both outputs",
            logits,
            (tf, x) -> {
              var op = tf.nn.sparseSoftmaxCrossEntropyWithLogits(x, tf.constant(classes));
              return List.of(op.loss(), op.backprop());
            }),
        one(
            SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
            "loss",
            logits,
            (tf, x) -> tf.nn.sparseSoftmaxCrossEntropyWithLogits(x, tf.constant(classes)).loss()),
        one(
            SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
            "backprop",
            logits,
            (tf, x) ->
                tf.nn.sparseSoftmaxCrossEntropyWithLogits(x, tf.constant(classes)).backprop()),
        crossEntropy("both outputs", logits, labels),
        crossEntropy("features [1, 4]", in(-2, 2, 1, 4), labels),
        crossEntropy("labels [1, 4]", logits, in(0.1, 1, 1, 4)),
        two(
            SoftmaxCrossEntropyWithLogits.OP_NAME,
            "loss",
            logits,
            labels,
            (tf, x, q) -> tf.nn.softmaxCrossEntropyWithLogits(x, q).loss()),
        two(
            SoftmaxCrossEntropyWithLogits.OP_NAME,
            "backprop",
            logits,
            labels,
            (tf, x, q) -> tf.nn.softmaxCrossEntropyWithLogits(x, q).backprop()),
        one(
            SoftmaxCrossEntropyWithLogits.OP_NAME,
            "constant features",
            labels,
            (tf, q) -> tf.nn.softmaxCrossEntropyWithLogits(tf.onesLike(q), q).loss()));
  }

  private static Case crossEntropy(String what, Domain features, Domain labels) {
    return new Case(
        name(SoftmaxCrossEntropyWithLogits.OP_NAME, what),
        SoftmaxCrossEntropyWithLogits.OP_NAME,
        List.of(features, labels),
        (tf, x) -> {
          var op = tf.nn.softmaxCrossEntropyWithLogits(x.get(0), x.get(1));
          return List.of(op.loss(), op.backprop());
        });
  }
}
