package org.reckoning.trainer.data;

/** Reads tasks from the lines of one file, first line first. */
interface LineFormat {
  /**
   * Reads a line that is not blank.
   *
   * @throws BadLineException if it is malformed
   * @throws IllegalArgumentException if what it says makes no valid {@link ReasoningTask}
   */
  Parsed parse(String line) throws BadLineException;
}
