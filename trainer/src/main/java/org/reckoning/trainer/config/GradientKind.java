package org.reckoning.trainer.config;

/** How much of the inner loop the outer gradient sees. */
public enum GradientKind {
  /** Second order through all steps. */
  EXACT,
  /** Inner gradients count as constants. */
  FIRST_ORDER,
  /** Second order through the last steps alone. */
  TRUNCATED
}
