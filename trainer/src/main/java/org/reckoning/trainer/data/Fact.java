package org.reckoning.trainer.data;

/**
 * A sentence of a task's knowledge.
 *
 * @param text as it is told, without a number in front
 * @param relevant whether a question of the task needs it; if not, it is a distractor
 */
public record Fact(String text, boolean relevant) {
  public Fact {
    if (text.isBlank()) {
      throw new IllegalArgumentException("text of a fact must not be blank");
    }
  }
}
