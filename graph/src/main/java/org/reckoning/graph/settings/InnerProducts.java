package org.reckoning.graph.settings;

/**
 * Whether an inner step keeps the matrix products of its weights for its pullback. An inner step
 * has three products a weight: forward, the cotangent of its input, and its gradient. A pullback
 * has six if it reads the first two and eight if it recomputes them. The results are the same.
 */
public enum InnerProducts {
  /** Keeps them if they take little memory, compared with the weights. The default. */
  AUTO,
  /** Keeps them. The memory grows with the tokens of the facts. */
  KEEP,
  /** Recomputes them. */
  RECOMPUTE
}
