package org.reckoning.trainer.data;

import java.util.List;

/**
 * The one record that all data becomes: knowledge, and questions about it.
 *
 * @param id unique within a split
 * @param type whose templates and labels apply
 * @param facts in the order in which they are told
 * @param questions at least one
 * @param hops how many reasoning steps the questions take; 0 where it is not known
 * @param labels the answers to choose from; each question's label is one of them
 */
public record ReasoningTask(
    String id,
    DatasetType type,
    List<Fact> facts,
    List<Question> questions,
    int hops,
    List<String> labels) {

  /**
   * @throws IllegalArgumentException if a question has a label outside the set, or refers to a fact
   *     that does not exist
   */
  public ReasoningTask {
    facts = List.copyOf(facts);
    questions = List.copyOf(questions);
    labels = List.copyOf(labels);
    if (questions.isEmpty()) {
      throw new IllegalArgumentException("task '%s' must have at least one question".formatted(id));
    }
    if (hops < 0) {
      throw new IllegalArgumentException(
          "hops (%d) of task '%s' must be 0 or more".formatted(hops, id));
    }
    for (Question question : questions) {
      if (!labels.contains(question.label())) {
        throw new IllegalArgumentException(
            "label '%s' of task '%s' must be one of %s".formatted(question.label(), id, labels));
      }
      for (int index : question.relevant()) {
        if (index < 0 || index >= facts.size()) {
          throw new IllegalArgumentException(
              "relevant fact %d of task '%s' must be one of its %d facts (0 to %d)"
                  .formatted(index, id, facts.size(), facts.size() - 1));
        }
      }
    }
  }

  /** Returns how many facts no question needs. */
  public int distractors() {
    return (int) facts.stream().filter(fact -> !fact.relevant()).count();
  }
}
