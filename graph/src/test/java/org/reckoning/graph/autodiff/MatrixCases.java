package org.reckoning.graph.autodiff;

import static org.reckoning.graph.autodiff.DerivativeCases.in;
import static org.reckoning.graph.autodiff.DerivativeCases.one;
import static org.reckoning.graph.autodiff.DerivativeCases.raw;
import static org.reckoning.graph.autodiff.DerivativeCases.two;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.reckoning.graph.autodiff.DerivativeCases.Binary;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.reckoning.graph.autodiff.DerivativeCases.Domain;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.linalg.Einsum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;

/** Rows for {@link MatrixRules}. */
final class MatrixCases {
  private MatrixCases() {}

  static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        String flags = (ta ? " transpose_a" : "") + (tb ? " transpose_b" : "");
        Domain a = ta ? in(-2, 2, 3, 2) : in(-2, 2, 2, 3);
        Domain b = tb ? in(-2, 2, 4, 3) : in(-2, 2, 3, 4);
        cases.add(
            two(
                MatMul.OP_NAME,
                flags,
                a,
                b,
                (tf, x, y) ->
                    tf.linalg.matMul(x, y, MatMul.transposeA(ta), MatMul.transposeB(tb))));
        Binary batched =
            (tf, x, y) ->
                tf.train.batchMatMul(x, y, x.type(), BatchMatMul.adjX(ta), BatchMatMul.adjY(tb));
        cases.add(two(BatchMatMul.OP_NAME, "batch" + flags, batch(a, 2), batch(b, 2), batched));
        cases.add(
            two(BatchMatMul.OP_NAME, "broadcast" + flags, batch(a, 2, 1), batch(b, 3), batched));
        Consumer<OperationBuilder> adjoints =
            op -> {
              op.setAttr("adj_x", ta);
              op.setAttr("adj_y", tb);
            };
        cases.add(
            two(
                "BatchMatMul",
                flags,
                batch(a, 2),
                batch(b, 2),
                (tf, x, y) -> raw(tf, "BatchMatMul", adjoints, x, y)));
        cases.add(
            two(
                "BatchMatMulV2",
                "broadcast" + flags,
                batch(a, 1),
                batch(b, 2, 3),
                (tf, x, y) -> raw(tf, "BatchMatMulV2", adjoints, x, y)));
      }
    }
    cases.add(
        two(
            BatchMatMul.OP_NAME,
            "no batch axes on the right",
            in(-2, 2, 2, 2, 3),
            in(-2, 2, 3, 4),
            (tf, x, y) -> tf.train.batchMatMul(x, y, x.type())));
    cases.add(
        one(
            MatMul.OP_NAME,
            "by itself",
            in(-2, 2, 3, 3),
            (tf, x) -> tf.linalg.matMul(x, x, MatMul.transposeB(true))));
    cases.add(einsum("ij,jk->ik", in(-2, 2, 2, 3), in(-2, 2, 3, 4)));
    cases.add(einsum("bqhd,bkhd->bhqk", in(-2, 2, 2, 3, 2, 4), in(-2, 2, 2, 1, 2, 4)));
    cases.add(einsum("i,j->ji", in(-2, 2, 3), in(-2, 2, 2)));
    cases.add(einsum("ij,ij->", in(-2, 2, 2, 3), in(-2, 2, 2, 3)));
    return cases.stream();
  }

  private static Case einsum(String equation, Domain a, Domain b) {
    return two(
        Einsum.OP_NAME, equation, a, b, (tf, x, y) -> tf.linalg.einsum(List.of(x, y), equation));
  }

  /** Returns the matrices with leading batch axes. */
  private static Domain batch(Domain matrix, long... axes) {
    return new Domain(Shape.of(axes).append(matrix.shape()), matrix.low(), matrix.high());
  }
}
