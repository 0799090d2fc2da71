package org.reckoning.graph.inspect;

/**
 * Counts of floating-point operations by {@link Flops}.
 *
 * @param matrix operations of matrix products
 * @param other all other operations
 */
public record FlopCount(long matrix, long other) {
  /** The count zero. */
  public static final FlopCount ZERO = new FlopCount(0, 0);

  /** Returns the sum of both kinds. */
  public long total() {
    return matrix + other;
  }

  /** Returns the sum of two counts. */
  public FlopCount plus(FlopCount more) {
    return new FlopCount(matrix + more.matrix, other + more.other);
  }

  /** Returns the count of several calls. */
  public FlopCount times(long calls) {
    return new FlopCount(calls * matrix, calls * other);
  }
}
