package org.reckoning.trainer.tokens;

import java.util.List;
import org.reckoning.graph.task.Task;
import org.reckoning.trainer.data.ReasoningTask;

/**
 * A reasoning task for one method and vocabulary.
 *
 * @param source what it was made of
 * @param facts texts of the source's own facts, as {@link Templates#fact} tells them
 * @param task for training: facts, and questions with their targets
 * @param questions one for each of the source
 */
public record EncodedTask(
    ReasoningTask source, List<String> facts, Task task, List<EncodedQuestion> questions) {
  /** Copies the lists. */
  public EncodedTask {
    facts = List.copyOf(facts);
    questions = List.copyOf(questions);
  }

  /** Returns the sizes that a batch of tasks for training must hold. */
  public TaskLengths lengths() {
    return TaskLengths.of(source.id(), task);
  }

  /**
   * Returns the index, among the questions of {@link TaskEncoder#candidates}, of one label of one
   * question.
   */
  public int candidate(int question, int label) {
    return question * source.labels().size() + label;
  }

  /** Returns the length of the longest target, end of text included. */
  public int longestTarget() {
    return questions.stream().mapToInt(question -> question.target().length).max().orElse(0);
  }
}
