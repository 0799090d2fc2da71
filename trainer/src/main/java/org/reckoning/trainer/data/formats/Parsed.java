package org.reckoning.trainer.data.formats;

import java.util.List;
import org.reckoning.trainer.data.ReasoningTask;

/**
 * The tasks of a line.
 *
 * @param tasks tasks in the order of the line
 * @param leftOut one reason for each question that was left out on purpose
 */
record Parsed(List<ReasoningTask> tasks, List<String> leftOut) {
  /** A line without a task, for example a header. */
  static final Parsed NOTHING = new Parsed(List.of(), List.of());

  static Parsed of(ReasoningTask task) {
    return new Parsed(List.of(task), List.of());
  }
}
