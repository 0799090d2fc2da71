package org.reckoning.trainer.data.formats;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;

/** Counts the tasks and the bad lines of one file, and passes the tasks on. */
final class ProblemLog {
  private final Path file;
  private final int limit;
  private final Consumer<? super ReasoningTask> sink;
  private final List<DataProblems.Problem> listed = new ArrayList<>();
  private final Map<String, Long> leftOut = new TreeMap<>();
  private long tasks;
  private long badLines;
  private long line = 1;

  /**
   * @param limit largest number of bad lines to list
   */
  ProblemLog(Path file, int limit, Consumer<? super ReasoningTask> sink) {
    this.file = file;
    this.limit = limit;
    this.sink = sink;
  }

  /** Sets the line that is being read. */
  void at(long number) {
    line = number;
  }

  /** Returns the line that is being read. */
  long line() {
    return line;
  }

  /**
   * Adds a problem that makes the rest of the file unreadable. It is listed before the bad lines,
   * which it may explain.
   */
  void broken(String reason) {
    badLines++;
    listed.add(0, new DataProblems.Problem(file, line, reason));
  }

  /** Returns whether no task, bad line or left-out question was counted. */
  boolean isEmpty() {
    return tasks == 0 && badLines == 0 && leftOut.isEmpty();
  }

  void bad(long line, String reason) {
    badLines++;
    if (listed.size() < limit) {
      listed.add(new DataProblems.Problem(file, line, reason));
    }
  }

  void good(Parsed parsed) {
    parsed.leftOut().forEach(reason -> leftOut.merge(reason, 1L, Long::sum));
    tasks += parsed.tasks().size();
    parsed.tasks().forEach(sink);
  }

  DataProblems problems() {
    return new DataProblems(tasks, badLines, listed, leftOut);
  }
}
