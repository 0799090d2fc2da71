package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.TestGraph.Feeds;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.core.EnsureShape;
import org.tensorflow.op.core.StridedSliceGrad;
import org.tensorflow.op.math.Erfc;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.family.TNumber;

/** First derivatives of ops and networks against TensorFlow's own gradients, a second oracle. */
class TensorFlowGradientsTest {
  private static final int SEED = 17;

  /** Tolerance of two sides that are exact up to rounding, 2^-52 an operation. */
  private static final double TOLERANCE = 1e-13;

  /** Op types and cases without a gradient in TensorFlow's C++ library, or with a wrong one. */
  private static final Set<String> NO_ORACLE =
      Set.of(
          EnsureShape.OP_NAME,
          StridedSliceGrad.OP_NAME,
          Erfc.OP_NAME,
          SparseSoftmaxCrossEntropyWithLogits.OP_NAME,
          "transformer", // for the op above
          SoftmaxCrossEntropyWithLogits.OP_NAME, // float32 only, and no broadcasting
          "LogSoftmax [2, 3, 4]", // sums over axis 1, whatever the rank
          "GatherV2 axis -1, int64",
          "GatherV2 batch_dims -1, axis 2",
          "PadV2 both active", // none for the value
          "AddN one inactive",
          "ConcatV2 axis -1, one inactive", // none for OnesLike
          "Pack axis -1, one inactive",
          "Split one piece", // joins pieces by an op that needs two
          "SplitV one piece");

  static Stream<Case> cases() {
    return Stream.concat(DerivativeCases.all().stream(), NetworkCases.all().stream())
        .filter(c -> !NO_ORACLE.contains(c.opType()) && !NO_ORACLE.contains(c.name()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void gradients_ofEachCase_equalThoseOfTensorFlow(Case c) {
    try (var g = new TestGraph()) {
      List<Operand<TNumber>> x = new ArrayList<>();
      c.inputs().forEach(in -> x.add(g.input(in.shape().asArray())));
      List<Operand<TNumber>> y = List.copyOf(c.body().of(g.tf(), x));
      List<Operand<TNumber>> dy = g.inputsLike(y);

      Output<?>[] theirs = g.graph().addGradients("theirs", outputs(y), outputs(x), outputs(dy));
      Tangents ours = Differentiator.standard().pullback(g.tf(), y, dy, x);

      Random random = new Random(SEED);
      Feeds feeds = new Feeds().putAll(x, c.values(random));
      dy.forEach(seed -> feeds.put(seed, random.doubles(seed.shape().size(), -1, 1).toArray()));
      for (int i = 0; i < x.size(); i++) {
        double[] expected = g.run(feeds, theirs[i]);
        double largest = Arrays.stream(expected).map(Math::abs).reduce(1, Math::max);
        assertThat(g.run(feeds, ours.orZero(i)))
            .as("gradient %d of %s, seed %d", i, c, SEED)
            .containsExactly(expected, within(TOLERANCE * largest));
      }
    }
  }

  private static Output<?>[] outputs(List<Operand<TNumber>> operands) {
    return operands.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
  }
}
