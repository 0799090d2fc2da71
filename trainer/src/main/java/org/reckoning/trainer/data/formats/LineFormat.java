package org.reckoning.trainer.data.formats;

import org.reckoning.trainer.data.ReasoningTask;

/** A reader of the lines of one file, in their order. Blank lines are left out. */
@FunctionalInterface
interface LineFormat {
  /**
   * Reads a line.
   *
   * @throws BadLineException if the line is malformed
   * @throws IllegalArgumentException if the content is not a valid {@link ReasoningTask}
   */
  Parsed parse(String line) throws BadLineException;

  /** Tells of a line that is not text and is not parsed. */
  default void missLine() {}
}
