package org.reckoning.graph.inspect;

/**
 * The moment between two calls of a training step. For several pairs of calls with the same names,
 * it is the moment with the most bytes.
 *
 * @param after the finished call
 * @param before the next call
 * @param bytes bytes of live tensors: already computed and still needed, without the variables
 */
public record Boundary(String after, String before, long bytes) {
  /** Returns whether another boundary has the same names of calls. */
  boolean isBetweenTheSameAs(Boundary other) {
    return after.equals(other.after) && before.equals(other.before);
  }

  /** Returns whether this boundary is between calls of one step. */
  boolean isInside() {
    return after.equals(before);
  }
}
