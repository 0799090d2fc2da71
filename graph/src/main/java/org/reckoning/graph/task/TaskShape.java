package org.reckoning.graph.task;

/**
 * Static shape of a batch of tasks, a bucket. Shorter tasks are padded.
 *
 * @param tasks tasks N of a pass
 * @param facts facts F of a task
 * @param factTokens tokens T of a fact
 * @param questions questions Q of a task
 * @param questionTokens tokens of a question with its answer
 */
public record TaskShape(int tasks, int facts, int factTokens, int questions, int questionTokens) {

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is not positive, or sequences are too short to predict
   *     a token
   */
  public TaskShape {
    require("tasks", tasks, 1);
    require("facts", facts, 1);
    require("fact_tokens", factTokens, 2);
    require("questions", questions, 1);
    require("question_tokens", questionTokens, 2);
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s (%d) must be at least %d".formatted(name, value, least));
    }
  }

  /** Returns the same shape for another number of tasks. */
  public TaskShape withTasks(int value) {
    return new TaskShape(value, facts, factTokens, questions, questionTokens);
  }
}
