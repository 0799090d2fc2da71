package org.reckoning.trainer.tokens;

import java.util.List;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;

/**
 * The sizes of a task that decide whether it fits a shape.
 *
 * @param id id of the task, for reports
 * @param facts number of facts
 * @param factTokens tokens of the longest fact
 * @param questions number of questions
 * @param questionTokens tokens of the longest question with its answer, without the prefix
 * @param prefixTokens tokens of the prefix of all questions
 */
public record TaskLengths(
    String id, int facts, int factTokens, int questions, int questionTokens, int prefixTokens) {

  /** Returns the sizes of a task whose questions have no prefix. */
  public TaskLengths(String id, int facts, int factTokens, int questions, int questionTokens) {
    this(id, facts, factTokens, questions, questionTokens, 0);
  }

  /** Measures a task. */
  public static TaskLengths of(String id, Task task) {
    return new TaskLengths(
        id,
        task.facts().size(),
        longest(task.facts()),
        task.questions().size(),
        longest(task.questions()),
        task.prefix().length());
  }

  private static int longest(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
  }

  /** Returns whether the task fits a shape. */
  public boolean fits(TaskShape shape) {
    return facts <= shape.facts()
        && factTokens <= shape.factTokens()
        && questions <= shape.questions()
        && questionTokens <= shape.questionTokens()
        && prefixTokens <= shape.prefixTokens();
  }

  /** Returns the length of the longest sequence, with its prefix. */
  public int longestSequence() {
    return Math.max(factTokens, prefixTokens + questionTokens);
  }
}
