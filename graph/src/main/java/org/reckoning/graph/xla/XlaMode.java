package org.reckoning.graph.xla;

/**
 * What XLA compiles. The numbers are the same in every mode, up to the order of rounding.
 *
 * <p>One rule for all programs: unless the mode is {@link #OFF}, each call of a function in the
 * static graph is compiled, with all that the function calls. {@link #WHOLE} puts the calls of a
 * pass into one function.
 */
public enum XlaMode {
  /**
   * Every segment is a program of its own: compile time does not grow with the number of inner
   * steps. The default.
   */
  SEGMENTS,
  /**
   * A whole pass, all inner steps and pullbacks or all inner steps of an encoding, is one program:
   * compile time grows faster than the number of steps.
   */
  WHOLE,
  /** TensorFlow runs the same functions op by op. */
  OFF;

  /** Returns whether XLA is used at all. */
  public boolean compiles() {
    return this != OFF;
  }
}
