package org.reckoning.graph.autodiff;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Add;
import org.tensorflow.op.math.Mul;
import org.tensorflow.op.math.Neg;
import org.tensorflow.op.math.UnsortedSegmentSum;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TNumber;

/** The table of {@link Form}s. {@link Rewrites} names no op; it asks this table. */
final class Forms {
  private static final Map<String, Reader> TABLE =
      Map.ofEntries(
          entry(Add.OP_NAME, Forms::sum),
          entry("AddV2", Forms::sum),
          entry(Neg.OP_NAME, op -> new Form.Negative(input(op, 0))),
          entry(Mul.OP_NAME, Forms::product),
          entry(Reshape.OP_NAME, op -> new Form.View(input(op, 0))),
          entry(Cast.OP_NAME, Forms::rounded),
          entry(UnsortedSegmentSum.OP_NAME, op -> new Form.Linear(0)),
          entry(MatMul.OP_NAME, op -> matrixProduct(op, "transpose_a")),
          entry(BatchMatMul.OP_NAME, op -> matrixProduct(op, "adj_x")),
          entry("BatchMatMul", op -> matrixProduct(op, "adj_x")),
          entry("BatchMatMulV2", op -> matrixProduct(op, "adj_x")));

  private Forms() {}

  /** Reads the form of a node; null if its shapes do not fit the form. */
  @FunctionalInterface
  private interface Reader {
    @Nullable Form read(GraphOperation op);
  }

  /** Returns the form of the op that computes a tensor, or null if it has none. */
  static @Nullable Form of(Operand<TNumber> tensor) {
    GraphOperation op = (GraphOperation) tensor.op();
    Reader reader = TABLE.get(op.type());
    return reader == null ? null : reader.read(op);
  }

  /** Returns the op types that have a form. */
  static Set<String> opTypes() {
    return Collections.unmodifiableSet(TABLE.keySet());
  }

  private static @Nullable Form sum(GraphOperation op) {
    return sameShapes(op) ? new Form.Sum(input(op, 0), input(op, 1)) : null;
  }

  private static @Nullable Form product(GraphOperation op) {
    Operand<TNumber> a = input(op, 0);
    Operand<TNumber> b = input(op, 1);
    if (a.shape().numDimensions() == 0) {
      return new Form.Multiple(a, b);
    }
    if (b.shape().numDimensions() == 0) {
      return new Form.Multiple(b, a);
    }
    return sameShapes(op) ? new Form.Product(a, b) : null;
  }

  private static @Nullable Form rounded(GraphOperation op) {
    Operand<TNumber> x = input(op, 0);
    DataType from = x.asOutput().dataType();
    boolean wide = from == DataType.DT_FLOAT || from == DataType.DT_DOUBLE;
    return wide && op.output(0).dataType() == DataType.DT_BFLOAT16 ? new Form.Rounded(x) : null;
  }

  /** Chooses the operand whose pullback does not transpose the cotangent of the output. */
  private static Form matrixProduct(GraphOperation op, String transposesFirst) {
    return new Form.Linear(op.attributes().getAttrBool(transposesFirst) ? 1 : 0);
  }

  private static boolean sameShapes(GraphOperation op) {
    return op.input(0).shape().equals(op.input(1).shape());
  }

  @SuppressWarnings("unchecked") // the tensors of these ops are numbers
  private static Operand<TNumber> input(GraphOperation op, int i) {
    return (Operand<TNumber>) op.input(i);
  }
}
