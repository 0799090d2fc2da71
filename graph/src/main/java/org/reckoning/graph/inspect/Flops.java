package org.reckoning.graph.inspect;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.ndarray.Shape;

/**
 * Computes the floating-point operations of a node from its shapes. The counts are those of the
 * built graph; XLA may merge or drop operations.
 *
 * <pre>{@code
 * matrix product [.., m, k] [.., k, n]     2 m n k, times the sizes of the leading axes
 * einsum                                   2, times the sizes of all labels
 * elementwise                              1 per element of the output, tanh or exp as much as add
 * sum of n tensors                         n - 1 per element of the output
 * reduction, sum by index                  1 per input element
 * softmax, cross-entropy                   5 per logit: maximum, difference, exp, sum, quotient
 * reshape, slice, gather, cast, constant   0: data movement
 * call                                     0: counted in the called function
 * }</pre>
 *
 * <p>Integer and boolean elements count like floating-point ones.
 */
public final class Flops {
  private static final int SOFTMAX = 5;

  /** Cost of a node. */
  @FunctionalInterface
  private interface Rule {
    FlopCount of(SegmentNode node);
  }

  private static final Map<String, Rule> RULES = new TreeMap<>();

  static {
    rule(Flops::matrixProduct, "MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3");
    rule(Flops::einsum, "Einsum");
    rule(node -> other(elements(node, node.outputs(), 0)), elementwise());
    rule(node -> other(2 * elements(node, node.outputs(), 0)), "SquaredDifference");
    rule(
        node -> other((node.inputs().size() - 1) * elements(node, node.outputs(), 0)),
        "AddN",
        "AccumulateNV2");
    rule(node -> other(elements(node, node.inputs(), 0)), reductions());
    rule(node -> other(2 * elements(node, node.inputs(), 0)), "L2Loss");
    rule(node -> other(elements(node, node.inputs(), 1)), "ScatterNd", "AssignAddVariableOp");
    rule(
        node -> other(SOFTMAX * elements(node, node.inputs(), 0)),
        "Softmax",
        "LogSoftmax",
        "SoftmaxCrossEntropyWithLogits",
        "SparseSoftmaxCrossEntropyWithLogits");
    rule(node -> FlopCount.ZERO, dataMovement());
    rule(node -> FlopCount.ZERO, "StatefulPartitionedCall", "PartitionedCall", "NoOp");
  }

  private Flops() {}

  private static String[] elementwise() {
    return words(
        "Abs Add AddV2 Atan ClipByValue Cos Cosh Cumsum Div DivNoNan Erf Erfc Exp Expm1 FloorDiv Inv",
        "Log Log1p Maximum Minimum Mul Neg Pow RealDiv Reciprocal Relu Rsqrt Select SelectV2 Sigmoid",
        "Sign Sin Sinh Softplus Sqrt Square Sub Tan Tanh",
        "Ceil Floor Rint Round Equal Greater GreaterEqual IsFinite IsInf IsNan Less LessEqual",
        "BitwiseAnd BitwiseXor LogicalAnd LogicalNot LogicalOr NotEqual RightShift",
        "RandomStandardNormal RandomUniform StatelessRandomNormal StatelessRandomNormalV2",
        "StatelessRandomUniform StatelessRandomUniformFullIntV2 StatelessRandomUniformInt",
        "StatelessRandomUniformV2",
        "StatelessTruncatedNormal TruncatedNormal");
  }

  private static String[] reductions() {
    return words("All Any ArgMax ArgMin Max Mean Min Prod Sum UnsortedSegmentSum");
  }

  private static String[] dataMovement() {
    return words(
        "AssignVariableOp Bitcast BroadcastTo Cast ConcatV2 Const EnsureShape ExpandDims Fill GatherNd",
        "GatherV2 Identity LinSpace OneHot OnesLike Pack Pad PadV2 Placeholder",
        "PlaceholderWithDefault PreventGradient Range Rank ReadVariableOp Reshape ReverseV2 Roll",
        "Shape ShapeN Size Slice Split SplitV Squeeze StatelessRandomGetAlg",
        "StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StopGradient StridedSlice",
        "StridedSliceGrad Tile Transpose Unpack VarHandleOp ZerosLike");
  }

  private static String[] words(String... lines) {
    return String.join(" ", lines).split(" ", -1);
  }

  private static void rule(Rule rule, String... types) {
    for (String type : types) {
      RULES.put(type, rule);
    }
  }

  /** Returns the known op types, sorted. */
  static Set<String> known() {
    return RULES.keySet();
  }

  /**
   * Returns the operations of a node.
   *
   * @throws IllegalArgumentException if the op type is not known, or a required size is not static
   */
  public static FlopCount of(SegmentNode node) {
    Rule rule = RULES.get(node.type());
    if (rule == null) {
      throw new IllegalArgumentException(
          "no FLOPs known for op type '%s' (node '%s'); known: %s"
              .formatted(node.type(), node.name(), RULES.keySet()));
    }
    return rule.of(node);
  }

  /** Returns the sum of the operations of several nodes. */
  public static FlopCount of(Collection<SegmentNode> nodes) {
    return nodes.stream().map(Flops::of).reduce(FlopCount.ZERO, FlopCount::plus);
  }

  /**
   * Returns the operations of a matrix product. The last two sizes of input 0 are m and k in either
   * order, and the output gives m. So the transposition flags are not needed.
   */
  private static FlopCount matrixProduct(SegmentNode node) {
    long product = elements(node, node.outputs(), 0); // batch m n
    if (product == 0) {
      return FlopCount.ZERO;
    }
    Shape a = node.inputs().get(0);
    Shape y = node.outputs().get(0);
    long m = y.get(y.numDimensions() - 2);
    long k = a.get(a.numDimensions() - 1) * a.get(a.numDimensions() - 2) / m;
    return new FlopCount(2 * product * k, 0);
  }

  private static FlopCount einsum(SegmentNode node) {
    String[] operands = node.equation().replaceFirst("->.*", "").split(",", -1);
    Map<Character, Long> sizes = new TreeMap<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      elements(node, node.inputs(), i); // requires a static shape
      for (int axis = 0; axis < operands[i].length(); axis++) {
        sizes.put(operands[i].charAt(axis), node.inputs().get(i).get(axis));
      }
    }
    return new FlopCount(2 * sizes.values().stream().reduce(1L, (a, b) -> a * b), 0);
  }

  private static FlopCount other(long count) {
    return new FlopCount(0, count);
  }

  private static long elements(SegmentNode node, Iterable<Shape> shapes, int index) {
    int i = 0;
    for (Shape shape : shapes) {
      if (i++ == index) {
        if (shape.isUnknown() || shape.hasUnknownDimension()) {
          break;
        }
        return shape.size();
      }
    }
    throw new IllegalArgumentException(
        "FLOPs of op type '%s' (node '%s') need static shapes but it maps %s to %s"
            .formatted(node.type(), node.name(), node.inputs(), node.outputs()));
  }
}
