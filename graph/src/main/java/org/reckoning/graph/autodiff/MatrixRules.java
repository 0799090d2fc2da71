package org.reckoning.graph.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.runtime.CpuRuntime;
import org.tensorflow.Operand;
import org.tensorflow.op.linalg.Einsum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.family.TNumber;

/**
 * Rules of matrix products with all transpose flags. {@code A'} and {@code B'} are the operands
 * after an optional transposition, {@code Y = A' B'}. Then {@code dA' = dY B'^T} and {@code dB' =
 * A'^T dY}; the cotangent of a transposed operand is transposed. The driver sums over broadcast
 * batch axes.
 *
 * <p>The operands of {@code BatchMatMulV3} may have a narrower dtype than its output. Then those of
 * its derivatives have it too: dY is rounded, and a cotangent is rounded to the dtype of its
 * operand.
 */
final class MatrixRules {
  private MatrixRules() {}

  /** Emits {@code a b}, with a or b transposed. */
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
    add(rules, MatMul.OP_NAME, plain, "transpose_a", "transpose_b");
    for (String type : List.of(BatchMatMul.OP_NAME, "BatchMatMul", "BatchMatMulV2")) {
      add(rules, type, batched, "adj_x", "adj_y");
    }
    rules.rule(Einsum.OP_NAME, MatrixRules::einsumPullback, MatrixRules::einsumPushforward);
  }

  private static void add(
      RuleTable rules, String type, Product product, String flagA, String flagB) {
    rules.rule(
        type,
        (n, dy, i) -> pullback(n, dy.orZero(0), i, product, n.flag(flagA), n.flag(flagB)),
        (n, dx) -> List.of(pushforward(n, dx, product, n.flag(flagA), n.flag(flagB))));
  }

  private static Operand<TNumber> pullback(
      Node n, Operand<TNumber> dy, int i, Product product, boolean ta, boolean tb) {
    Operand<TNumber> a = n.in(0);
    Operand<TNumber> b = n.in(1);
    if (i == 0) {
      Operand<TNumber> factor = cast(n, dy, b.type());
      Operand<TNumber> da =
          ta
              ? oriented(n, b, factor, product, tb, true)
              : oriented(n, factor, b, product, false, !tb);
      return cast(n, da, a.type());
    }
    Operand<TNumber> factor = cast(n, dy, a.type());
    Operand<TNumber> db =
        tb
            ? oriented(n, factor, a, product, true, ta)
            : oriented(n, a, factor, product, !ta, false);
    return cast(n, db, b.type());
  }

  private static Operand<TNumber> cast(Node n, Operand<TNumber> x, Class<TNumber> type) {
    return x.type() == type ? x : n.tf().dtypes.cast(x, type);
  }

  /**
   * Emits {@code a' b'} in the faster orientation. If b is transposed and larger than a, and the
   * kernels read a transposed right operand slowly ({@link CpuRuntime}), the product is {@code (b
   * a'^T)^T}: it transposes the smaller operand and the result.
   */
  private static Operand<TNumber> oriented(
      Node n, Operand<TNumber> a, Operand<TNumber> b, Product product, boolean ta, boolean tb) {
    boolean slow = tb && CpuRuntime.avoidsTransposedRight();
    if (!slow || a.shape().size() >= b.shape().size()) {
      return product.of(n, a, b, ta, tb);
    }
    return transposed(n, product.of(n, b, a, false, !ta));
  }

  private static Operand<TNumber> transposed(Node n, Operand<TNumber> x) {
    int rank = x.shape().numDimensions();
    int[] axes = IntStream.range(0, rank).toArray();
    axes[rank - 2] = rank - 1;
    axes[rank - 1] = rank - 2;
    return n.tf().linalg.transpose(x, n.tf().constant(axes));
  }

  /**
   * Emits {@code dA' B' + A' dB'}. If the result is larger than the operands, as the gradient of a
   * weight from few rows, both terms are one product {@code [dA', A'] [B'; dB']}. It writes the
   * result once instead of twice.
   */
  private static Operand<TNumber> pushforward(
      Node n, Tangents dx, Product product, boolean ta, boolean tb) {
    Operand<TNumber> a = n.in(0);
    Operand<TNumber> b = n.in(1);
    Operand<TNumber> da = dx.get(0);
    Operand<TNumber> db = dx.get(1);
    if (da == null) {
      return product.of(n, a, dx.orZero(1), ta, tb);
    }
    if (db == null) {
      return product.of(n, da, b, ta, tb);
    }
    if (2 * (a.shape().size() + b.shape().size()) <= n.outShape(0).size()) {
      Operand<TNumber> columns = n.tf().concat(List.of(da, a), n.tf().constant(ta ? -2 : -1));
      Operand<TNumber> rows = n.tf().concat(List.of(b, db), n.tf().constant(tb ? -1 : -2));
      return product.of(n, columns, rows, ta, tb);
    }
    return n.tf().math.add(product.of(n, da, b, ta, tb), product.of(n, a, db, ta, tb));
  }

  /** Emits {@code einsum(da, b) + einsum(a, db)}. */
  private static List<@Nullable Operand<TNumber>> einsumPushforward(Node n, Tangents dx) {
    if (n.inputs() != 2) {
      throw new IllegalArgumentException(
          "%s must have two inputs to be differentiated but has %d".formatted(n, n.inputs()));
    }
    Operand<TNumber> da = dx.get(0);
    Operand<TNumber> db = dx.get(1);
    return Collections.singletonList(
        RuleTable.sum(
            n,
            Arrays.asList(
                da == null ? null : einsum(n, da, n.in(1)),
                db == null ? null : einsum(n, n.in(0), db))));
  }

  private static Operand<TNumber> einsum(Node n, Operand<TNumber> a, Operand<TNumber> b) {
    return n.tf().linalg.einsum(List.of(a, b), n.text("equation"));
  }

  /**
   * Emits a cotangent of {@code y = einsum("a,b->y")}: {@code da = einsum("y,b->a")} or {@code db =
   * einsum("a,y->b")}.
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
          ("equation '%s' of %s must be 'a,b->y' to be differentiated: explicit, two operands, no"
                  + " repeated label within an operand, and each label of an operand in the other"
                  + " operand or the result")
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
