package org.reckoning.graph.inspect;

/**
 * The moment between two calls of a training step; between several calls of the same names, the one
 * with most bytes.
 *
 * @param after the call that is over
 * @param before the call that comes next
 * @param bytes what must be alive: made already and needed still, without the variables
 */
public record Boundary(String after, String before, long bytes) {
  /** Returns whether another boundary is between calls of the same names. */
  boolean isBetweenTheSameAs(Boundary other) {
    return after.equals(other.after) && before.equals(other.before);
  }

  /** Returns whether it is between calls of one step. */
  boolean isInside() {
    return after.equals(before);
  }
}
