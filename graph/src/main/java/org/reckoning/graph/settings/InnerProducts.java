package org.reckoning.graph.settings;

/**
 * Whether an inner step keeps the matrix products of its weights for its pullback. An inner step
 * has three products per weight: forward, the cotangent of its input, and its gradient. A pullback
 * has six if it reads the first two and eight if it recomputes them. The results are the same.
 */
public enum InnerProducts {
  /**
   * Keeps them if those of a step have at most half as many elements as the weights of all tasks,
   * or at most 2^24. The default.
   */
  AUTO,
  /** Keeps them, unless facts are computed in micro-batches. Memory grows with their tokens. */
  KEEP,
  /** Recomputes them. */
  RECOMPUTE
}
