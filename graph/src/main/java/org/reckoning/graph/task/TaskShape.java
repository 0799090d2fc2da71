package org.reckoning.graph.task;

/**
 * Static shape of a batch of tasks, also called a bucket. Shorter tasks are padded.
 *
 * @param tasks number N of tasks in a pass
 * @param facts number F of facts in a task
 * @param factTokens number T of tokens in a fact
 * @param questions number Q of questions in a task
 * @param questionTokens number of tokens in a question with its answer, without the prefix
 * @param prefixTokens number P of tokens in the prefix of all questions of a task; 0 for none
 */
public record TaskShape(
    int tasks, int facts, int factTokens, int questions, int questionTokens, int prefixTokens) {

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a size is not positive, or sequences are too short to
   *     predict a token
   */
  public TaskShape {
    require("tasks", tasks, 1);
    require("facts", facts, 1);
    require("fact_tokens", factTokens, 2);
    require("questions", questions, 1);
    require("question_tokens", questionTokens, 2);
    require("prefix_tokens", prefixTokens, 0);
  }

  /** Returns the shape of tasks whose questions have no prefix. */
  public TaskShape(int tasks, int facts, int factTokens, int questions, int questionTokens) {
    this(tasks, facts, factTokens, questions, questionTokens, 0);
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s (%d) must be at least %d".formatted(name, value, least));
    }
  }

  /** Returns this shape with another number of tasks. */
  public TaskShape withTasks(int value) {
    return new TaskShape(value, facts, factTokens, questions, questionTokens, prefixTokens);
  }

  /** Returns this shape with another number of facts. */
  public TaskShape withFacts(int value) {
    return new TaskShape(tasks, value, factTokens, questions, questionTokens, prefixTokens);
  }

  /** Returns this shape with another number of tokens in the prefix. */
  public TaskShape withPrefixTokens(int value) {
    return new TaskShape(tasks, facts, factTokens, questions, questionTokens, value);
  }
}
