package org.reckoning.graph.xla;

/**
 * The parts of a program that XLA compiles. The numbers of all modes are equal up to rounding.
 *
 * <p>Unless the mode is {@link #OFF}, each function that the static graph calls is compiled,
 * together with the functions that it calls. {@link #WHOLE} puts the calls of a pass into one
 * function.
 */
public enum XlaMode {
  /**
   * Compiles each segment once: compile time does not grow with the number of inner steps. The
   * default.
   */
  SEGMENTS,
  /**
   * Compiles a pass as one function: a training pass, an evaluation or an encoding, with all its
   * inner steps. Compile time grows faster than the number of steps.
   */
  WHOLE,
  /** Compiles nothing: TensorFlow runs the same functions op by op. */
  OFF;

  /** Returns whether XLA compiles anything. */
  public boolean compiles() {
    return this != OFF;
  }
}
