package org.reckoning.graph.autodiff;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.linalg.Einsum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.family.TNumber;

/**
 * Matrix products with all transpose flags. With {@code A' = op(A), B' = op(B)} and {@code Y = A'
 * B'}: {@code dA' = dY B'^T} and {@code dB' = A'^T dY}; where an operand was transposed, so is its
 * cotangent. Batch axes that were broadcast are summed by the driver.
 */
final class MatrixRules {
  private MatrixRules() {}

  /** A product of this family: {@code op(a) op(b)}. */
  private interface Product {
    Operand<TNumber> of(
        Node n, Operand<TNumber> a, Operand<TNumber> b, boolean transposeA, boolean transposeB);
  }

  static void addTo(RuleTable rules) {
    Product plain =
        (n, a, b, ta, tb) ->
            n.tf().linalg.matMul(a, b, MatMul.transposeA(ta), MatMul.transposeB(tb));
    Product batched =
        (n, a, b, ta, tb) ->
            n.tf()
                .train
                .batchMatMul(a, b, n.out().type(), BatchMatMul.adjX(ta), BatchMatMul.adjY(tb));
    rules.bilinear(
        MatMul.OP_NAME,
        pullback(plain, "transpose_a", "transpose_b"),
        "transpose_a",
        "transpose_b");
    rules.bilinear(
        BatchMatMul.OP_NAME, pullback(batched, "adj_x", "adj_y"), "adj_x", "adj_y", "Tout");
    for (String older : List.of("BatchMatMul", "BatchMatMulV2")) {
      rules.bilinear(older, pullback(batched, "adj_x", "adj_y"), "adj_x", "adj_y");
    }
    rules.bilinear(
        Einsum.OP_NAME,
        (n, a, b) -> n.tf().linalg.einsum(List.of(a, b), n.text("equation")),
        MatrixRules::einsumPullback);
  }

  private static Pullback pullback(Product product, String flagA, String flagB) {
    return (n, dy, i) -> {
      Operand<TNumber> a = n.in(0);
      Operand<TNumber> b = n.in(1);
      Operand<TNumber> d = dy.orZero(0);
      boolean ta = n.flag(flagA);
      boolean tb = n.flag(flagB);
      if (i == 0) {
        return ta ? product.of(n, b, d, tb, true) : product.of(n, d, b, false, !tb);
      }
      return tb ? product.of(n, d, a, true, ta) : product.of(n, a, d, !ta, false);
    };
  }

  /**
   * {@code y = einsum("a,b->y")}: {@code da = einsum("y,b->a")} and {@code db = einsum("a,y->b")}.
   */
  private static Operand<TNumber> einsumPullback(Node n, Tangents dy, int input) {
    String equation = n.text("equation");
    String[] labels = equation.split(",|->", -1);
    boolean supported =
        equation.matches("[A-Za-z]*,[A-Za-z]*->[A-Za-z]*")
            && Arrays.stream(labels)
                .allMatch(each -> each.chars().distinct().count() == each.length())
            && within(labels[0], labels[1] + labels[2])
            && within(labels[1], labels[0] + labels[2]);
    if (!supported) {
      throw new IllegalArgumentException(
          ("equation '%s' of %s must be explicit, with two operands, no label twice in one of them"
                  + " and none in one of them alone, to be differentiated")
              .formatted(equation, n));
    }
    String a = labels[0];
    String b = labels[1];
    String y = labels[2];
    return input == 0
        ? n.tf().linalg.einsum(List.of(dy.orZero(0), n.in(1)), y + "," + b + "->" + a)
        : n.tf().linalg.einsum(List.of(n.in(0), dy.orZero(0)), a + "," + y + "->" + b);
  }

  private static boolean within(String labels, String others) {
    return labels.chars().allMatch(label -> others.indexOf(label) >= 0);
  }
}
