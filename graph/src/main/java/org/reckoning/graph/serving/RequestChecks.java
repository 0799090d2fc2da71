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
 * Checks inside of a graph. What is read through {@link #after} is there only if all that was
 * required before holds; else the run fails with the sentence of the check.
 */
final class RequestChecks {
  /** So many numbers of a tensor are told by an error. */
  private static final long SHOWN = 8;

  private final Ops tf;
  private final List<Op> checks = new ArrayList<>();

  RequestChecks(Ops tf) {
    this.tf = tf;
  }

  /**
   * Requires all of some conditions.
   *
   * @param sentence what is required, to be followed by what is there
   */
  void require(Operand<TBool> conditions, String sentence, Operand<?> given) {
    Operand<TBool> all = tf.reduceAll(conditions, allAxes(conditions));
    List<Operand<?>> told = List.of(tf.constant(sentence), given);
    // One after the other, so that the first that fails is always the one that is told.
    checks.add(
        tf.withControlDependencies(checks).assertThat(all, told, AssertThat.summarize(SHOWN)));
  }

  /**
   * Requires all numbers of a tensor to be in a range.
   *
   * @param sentence what they must be, to be followed by one that is not in the range
   */
  void requireRange(Operand<TInt32> numbers, int least, int most, String sentence) {
    Operand<TInt32> smallest = tf.min(numbers, allAxes(numbers));
    Operand<TInt32> largest = tf.max(numbers, allAxes(numbers));
    Operand<TBool> large = tf.math.greaterEqual(smallest, tf.constant(least));
    Operand<TBool> small = tf.math.lessEqual(largest, tf.constant(most));
    require(tf.math.logicalAnd(large, small), sentence, tf.select(large, largest, smallest));
  }

  /** Passes a tensor on if all that was required so far holds. */
  <T extends TType> Operand<T> after(Operand<T> value) {
    return checks.isEmpty() ? value : tf.withControlDependencies(checks).identity(value);
  }

  private Operand<TInt32> allAxes(Operand<?> x) {
    return tf.constant(IntStream.range(0, x.shape().numDimensions()).toArray());
  }
}
