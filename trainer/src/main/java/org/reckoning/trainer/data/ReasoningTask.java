package org.reckoning.trainer.data;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.FactOrder.LoadOrder;

/**
 * A reasoning problem: facts and questions about them. All data becomes this record.
 *
 * @param id unique within a split
 * @param type decides the text templates and the default labels
 * @param facts in the order in which they are presented
 * @param questions at least one
 * @param hops number of reasoning steps of the questions, or {@link #UNKNOWN_HOPS}
 * @param labels the possible answers; each question's label is one of them
 */
public record ReasoningTask(
    String id,
    DatasetType type,
    List<Fact> facts,
    List<Question> questions,
    int hops,
    List<String> labels) {

  /** Longest text in a message; all relations of CLUTRR are shorter. */
  private static final int MOST_SHOWN = 200;

  /** Marks an unknown number of hops. A statement that is itself a fact has 0 hops. */
  public static final int UNKNOWN_HOPS = -1;

  /**
   * Checks labels and indices.
   *
   * @throws IllegalArgumentException if a label is not among the labels, or a question refers to a
   *     fact that does not exist
   */
  public ReasoningTask {
    facts = List.copyOf(facts);
    questions = List.copyOf(questions);
    labels = List.copyOf(labels);
    if (questions.isEmpty()) {
      throw new IllegalArgumentException("task '%s' must have at least one question".formatted(id));
    }
    if (hops < UNKNOWN_HOPS) {
      throw new IllegalArgumentException(
          "hops (%d) of task '%s' must be 0 or more, or %d if unknown"
              .formatted(hops, id, UNKNOWN_HOPS));
    }
    for (Question question : questions) {
      if (!labels.contains(question.label())) {
        throw new IllegalArgumentException(
            "label '%s' of task '%s' must be one of %s"
                .formatted(cut(question.label()), cut(id), cut(labels.toString())));
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

  /** Cuts a text for a message. */
  private static String cut(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  /** Returns a number of hops for tables: {@code ?} if it is unknown. */
  public static String hopsText(int hops) {
    return hops == UNKNOWN_HOPS ? "?" : Integer.toString(hops);
  }

  /** Returns the same task with another id. */
  public ReasoningTask withId(String other) {
    return new ReasoningTask(other, type, facts, questions, hops, labels);
  }

  /** Returns the number of facts that no question needs. */
  public int distractors() {
    return (int) facts.stream().filter(fact -> !fact.relevant()).count();
  }

  /** Returns whether what cannot be derived from the facts is false, not unknown. */
  boolean isOfClosedWorld() {
    return type == DatasetType.PROOFWRITER && !labels.contains("none");
  }

  /**
   * Returns the task with at most a number of distractors, in the order of its facts.
   *
   * @param most largest number, drawn without replacement; null for all
   * @param seed seed of the choice
   * @throws IllegalArgumentException if the number is negative, or a sentence of a closed world
   *     would be left out
   */
  public ReasoningTask withDistractors(@Nullable Integer most, long seed) {
    return new FactOrder(LoadOrder.NORM, most, seed).apply(this);
  }

  /**
   * A sentence of the knowledge of a task.
   *
   * @param text the sentence, without a number in front
   * @param relevant whether a question of the task needs the fact; otherwise it is a distractor
   */
  public record Fact(String text, boolean relevant) {
    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Fact {
      if (text.isBlank()) {
        throw new IllegalArgumentException("text of a fact must not be blank");
      }
    }
  }

  /**
   * A question about the facts of a task.
   *
   * @param text the question or statement, without a template
   * @param label the right answer, one of the labels of the task
   * @param relevant indices of the facts from which the answer follows, in the order of the record;
   *     empty if unknown
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

    /** Returns the question of type {@link DatasetType#CLUTRR} about the relation of a to b. */
    public static Question ofKinship(String a, String b, String label, List<Integer> relevant) {
      return new Question(
          "How are %s and %s related to each other ?".formatted(a, b), label, relevant);
    }
  }
}
