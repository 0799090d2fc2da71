package org.reckoning.trainer.data;

import java.util.List;

/**
 * A question about the facts of a task.
 *
 * @param text the bare question or statement, without any template around it
 * @param label the right answer, one of the labels of the task
 * @param relevant indices of the facts that the answer follows from, in the order of the record;
 *     empty where they are not known
 */
public record Question(String text, String label, List<Integer> relevant) {
  /**
   * Checks the texts.
   *
   * @throws IllegalArgumentException if the text or the label is blank
   */
  public Question {
    relevant = List.copyOf(relevant);
    if (text.isBlank()) {
      throw new IllegalArgumentException("text of a question must not be blank");
    }
    if (label.isBlank()) {
      throw new IllegalArgumentException("label of a question must not be blank");
    }
  }

  /** Returns the question of {@link DatasetType#CLUTRR} for the relation of a to b. */
  public static Question ofKinship(String a, String b, String label, List<Integer> relevant) {
    return new Question("How are %s and %s related to each other ?".formatted(a, b), label, relevant);
  }
}
