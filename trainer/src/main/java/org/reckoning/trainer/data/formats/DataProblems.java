package org.reckoning.trainer.data.formats;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What became of the lines of files: nothing is left out without being counted here.
 *
 * @param tasks how many tasks were read
 * @param badLines how many lines are malformed; none of their tasks was read
 * @param listed the first of the bad lines, up to a limit
 * @param leftOut reason to how many well-formed questions were left out for it, on purpose
 */
public record DataProblems(
    long tasks, long badLines, List<Problem> listed, Map<String, Long> leftOut) {
  /** Nothing read yet. */
  public static final DataProblems NONE = new DataProblems(0, 0, List.of(), Map.of());

  /** Copies its arguments. */
  public DataProblems {
    listed = List.copyOf(listed);
    leftOut = Collections.unmodifiableMap(new TreeMap<>(leftOut));
  }

  /**
   * A malformed line.
   *
   * @param file where it is
   * @param line its number, from 1
   * @param reason one sentence: what is wrong and what is required
   */
  public record Problem(Path file, long line, String reason) {
    /** Returns {@code file:line: reason}. */
    @Override
    public String toString() {
      return "%s:%s: %s".formatted(file, line, reason);
    }
  }

  /** Returns whether every line was well-formed. */
  public boolean isEmpty() {
    return badLines == 0;
  }

  /** Returns the sum of both, with all the lines that they list. */
  public DataProblems plus(DataProblems other) {
    Map<String, Long> reasons = new TreeMap<>(leftOut);
    other.leftOut.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    return new DataProblems(
        tasks + other.tasks,
        badLines + other.badLines,
        Stream.concat(listed.stream(), other.listed.stream()).toList(),
        reasons);
  }

  /** Returns this with one more reason for which questions were left out. */
  public DataProblems plusLeftOut(String reason, long questions) {
    return questions == 0
        ? this
        : plus(new DataProblems(0, 0, List.of(), Map.of(reason, questions)));
  }

  /** Returns a text: a line for each listed problem and each reason, then the counts. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    listed.forEach(problem -> lines.add(problem.toString()));
    long more = badLines - listed.size();
    if (more > 0) {
      lines.add("... and %d more bad lines".formatted(more));
    }
    leftOut.forEach((reason, count) -> lines.add("left out: %d (%s)".formatted(count, reason)));
    lines.add("tasks read: %d, bad lines: %d".formatted(tasks, badLines));
    return List.copyOf(lines);
  }
}
