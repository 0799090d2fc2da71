package org.reckoning.graph.inspect;

/**
 * Floating-point operations, as {@link Flops} counts them.
 *
 * @param matrix of matrix products
 * @param other of everything else
 */
public record FlopCount(long matrix, long other) {
  /** No operation. */
  public static final FlopCount ZERO = new FlopCount(0, 0);

  /** Returns both kinds together. */
  public long total() {
    return matrix + other;
  }

  /** Returns the sum of two counts. */
  public FlopCount plus(FlopCount more) {
    return new FlopCount(matrix + more.matrix, other + more.other);
  }

  /** Returns the operations of several calls. */
  public FlopCount times(long calls) {
    return new FlopCount(calls * matrix, calls * other);
  }
}
