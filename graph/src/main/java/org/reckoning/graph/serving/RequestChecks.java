package org.reckoning.graph.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssertThat;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * Checks of a request inside the graph. A tensor read through {@link #after} is available only if
 * all earlier checks succeed. Otherwise the run fails with the sentence of the check.
 */
final class RequestChecks {
  /** Largest number of tensor elements in an error message. */
  private static final long SHOWN = 8;

  private final Ops tf;
  private final List<Op> checks = new ArrayList<>();

  RequestChecks(Ops tf) {
    this.tf = tf;
  }

  /**
   * Requires that all conditions are true.
   *
   * @param sentence the requirement; the error appends the actual values
   */
  void require(Operand<TBool> conditions, String sentence, Operand<?> given) {
    Operand<TBool> all = tf.reduceAll(conditions, allAxes(conditions));
    List<Operand<?>> told = List.of(tf.constant(sentence), given);
    // Checks run in order, so the error is always that of the first failure.
    checks.add(
        tf.withControlDependencies(checks).assertThat(all, told, AssertThat.summarize(SHOWN)));
  }

  /**
   * Requires that all numbers of a tensor are in a range.
   *
   * @param sentence the requirement; the error appends a number outside the range
   */
  void requireRange(Operand<TInt32> numbers, int least, int most, String sentence) {
    Operand<TInt32> smallest = tf.min(numbers, allAxes(numbers));
    Operand<TInt32> largest = tf.max(numbers, allAxes(numbers));
    Operand<TBool> large = tf.math.greaterEqual(smallest, tf.constant(least));
    Operand<TBool> small = tf.math.lessEqual(largest, tf.constant(most));
    require(tf.math.logicalAnd(large, small), sentence, tf.select(large, largest, smallest));
  }

  /** Returns a tensor that is available only if all earlier checks succeed. */
  <T extends TType> Operand<T> after(Operand<T> value) {
    return checks.isEmpty() ? value : tf.withControlDependencies(checks).identity(value);
  }

  private Operand<TInt32> allAxes(Operand<?> x) {
    return tf.constant(IntStream.range(0, x.shape().numDimensions()).toArray());
  }
}
