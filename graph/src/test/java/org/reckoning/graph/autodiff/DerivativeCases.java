package org.reckoning.graph.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The table of the derivative tests: at least one row for every op type that has rules. The rows
 * are in one class for each family of rules; this class has their type and their builders.
 */
final class DerivativeCases {
  private DerivativeCases() {}

  /**
   * An op with its inputs.
   *
   * @param name op type and variant, such as {@code MatMul transpose_a}
   * @param opType the op type that is tested
   * @param inputs shapes and intervals of the inputs
   * @param body builds the outputs from the inputs
   */
  record Case(String name, String opType, List<Domain> inputs, Body body) {
    /** Returns random values of the inputs. */
    List<double[]> values(Random random) {
      return inputs.stream()
          .map(in -> random.doubles(in.shape.size(), in.low, in.high).toArray())
          .toList();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Shape of an input and the open interval that its elements are drawn from. */
  record Domain(Shape shape, double low, double high) {}

  /** Builds outputs from inputs, in the dtype of the inputs. */
  @FunctionalInterface
  interface Body {
    List<? extends Operand<TNumber>> of(Ops tf, List<Operand<TNumber>> x);
  }

  /** Builds one output from one input. */
  @FunctionalInterface
  interface Unary {
    Operand<TNumber> of(Ops tf, Operand<TNumber> x);
  }

  /** Builds one output from two inputs. */
  @FunctionalInterface
  interface Binary {
    Operand<TNumber> of(Ops tf, Operand<TNumber> a, Operand<TNumber> b);
  }

  /** Builds outputs from one input. */
  @FunctionalInterface
  interface Outputs {
    List<? extends Operand<TNumber>> of(Ops tf, Operand<TNumber> x);
  }

  static List<Case> all() {
    return concat(
            Stream.of(
                ElementwiseCases.all(),
                ReductionCases.all(),
                ShapeCases.all(),
                MatrixCases.all(),
                GatherCases.all(),
                SoftmaxCases.all()))
        .toList();
  }

  // Builders of rows.

  static Stream<Case> concat(Stream<Stream<Case>> families) {
    return families.flatMap(cases -> cases);
  }

  static Domain in(double low, double high, long... shape) {
    return new Domain(Shape.of(shape), low, high);
  }

  static Case unary(String opType, double low, double high, Unary body) {
    return one(opType, "", in(low, high, 2, 3), body);
  }

  /** Returns a row for each way of broadcasting two inputs. */
  static Stream<Case> binary(String opType, double low, double high, Binary body) {
    long[][][] shapes = {
      {{2, 3}, {2, 3}},
      {{2, 3}, {3}},
      {{3}, {2, 3}},
      {{2, 3}, {}},
      {{}, {2, 3}},
      {{2, 1, 3}, {4, 1}}
    };
    return Arrays.stream(shapes)
        .map(
            ab ->
                two(
                    opType,
                    Arrays.toString(ab[0]) + " with " + Arrays.toString(ab[1]),
                    in(low, high, ab[0]),
                    in(low, high, ab[1]),
                    body));
  }

  static Case one(String opType, String what, Domain x, Unary body) {
    return many(opType, what, x, (tf, in) -> List.of(body.of(tf, in)));
  }

  static Case two(String opType, String what, Domain a, Domain b, Binary body) {
    return new Case(
        name(opType, what),
        opType,
        List.of(a, b),
        (tf, x) -> List.of(body.of(tf, x.get(0), x.get(1))));
  }

  /** Returns three inputs of one shape. */
  static Case case3(String opType, String what, Body body) {
    Domain matrix = in(-2, 2, 2, 3);
    return new Case(name(opType, what), opType, List.of(matrix, matrix, matrix), body);
  }

  static Case many(String opType, String what, Domain x, Outputs body) {
    return new Case(name(opType, what), opType, List.of(x), (tf, in) -> body.of(tf, in.get(0)));
  }

  static String name(String opType, String what) {
    return (opType + " " + what).strip();
  }

  static Operand<TNumber> scalar(Ops tf, Operand<TNumber> like, double value) {
    return Scalars.of(tf, like.type(), value);
  }

  /** Emits an op without a class in TensorFlow Java. */
  static Operand<TNumber> raw(
      Ops tf, String opType, Consumer<OperationBuilder> attributes, Operand<?>... inputs) {
    OperationBuilder op =
        tf.scope().env().opBuilder(opType, tf.scope().makeOpName(opType), tf.scope());
    for (Operand<?> input : inputs) {
      op.addInput(input.asOutput());
    }
    attributes.accept(op);
    return ((GraphOperation) op.build()).<TNumber>output(0);
  }
}
