package org.reckoning.trainer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Counts what becomes of the lines of one file, and hands its tasks on. */
final class ProblemLog {
  private final Path file;
  private final int limit;
  private final Consumer<? super ReasoningTask> sink;
  private final List<DataProblems.Problem> listed = new ArrayList<>();
  private final Map<String, Long> leftOut = new TreeMap<>();
  private long tasks;
  private long badLines;

  /**
   * @param limit how many bad lines are listed
   */
  ProblemLog(Path file, int limit, Consumer<? super ReasoningTask> sink) {
    this.file = file;
    this.limit = limit;
    this.sink = sink;
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
