package org.reckoning.trainer.tokens;

import java.util.List;
import org.reckoning.graph.task.Task;
import org.reckoning.trainer.data.ReasoningTask;

/**
 * A reasoning task, encoded for one method and vocabulary.
 *
 * @param source the reasoning task
 * @param facts texts of the source's own facts, in the form of {@link Templates#fact}
 * @param task the task for training: facts, and questions with targets
 * @param questions one for each question of the source
 */
public record EncodedTask(
    ReasoningTask source, List<String> facts, Task task, List<EncodedQuestion> questions) {
  /** Copies the lists. */
  public EncodedTask {
    facts = List.copyOf(facts);
    questions = List.copyOf(questions);
  }

  /** Returns the lengths of the task for training. */
  public TaskLengths lengths() {
    return TaskLengths.of(source.id(), task);
  }

  /**
   * Returns the index of a label of a question among the questions of {@link
   * TaskEncoder#candidates}.
   */
  public int candidate(int question, int label) {
    return question * source.labels().size() + label;
  }

  /** Returns the length of the longest target, end of text included. */
  public int longestTarget() {
    return questions.stream().mapToInt(question -> question.target().length).max().orElse(0);
  }

  /**
   * A question for free decoding.
   *
   * @param prompt model ids of the prompt
   * @param target model ids of the training target, with the end of text
   * @param answer the target as text
   */
  @SuppressWarnings("ArrayRecordComponent") // read only; copies would double a data set's memory
  public record EncodedQuestion(int[] prompt, int[] target, Answer answer) {}

  /**
   * The text that a model should write after a question, without the end of text.
   *
   * <pre>{@code
   * label alone       yes
   * with knowledge    yes because All kind things are red,Dave is kind
   * }</pre>
   *
   * @param label the answer itself
   * @param withKnowledge whether the relevant facts follow the label
   * @param knowledge the relevant facts; if empty, the text ends with {@code because}
   */
  public record Answer(String label, boolean withKnowledge, List<String> knowledge) {
    /** The word between label and knowledge. */
    public static final String BECAUSE = "because";

    /** Copies the knowledge. */
    public Answer {
      knowledge = List.copyOf(knowledge);
    }

    /** Returns an answer without knowledge: the single-task target. */
    public static Answer of(String label) {
      return new Answer(label, false, List.of());
    }

    /** Returns an answer with the relevant facts: the multi-task target. */
    public static Answer because(String label, List<String> knowledge) {
      return new Answer(label, true, knowledge);
    }

    /** Returns the text after the label, which is empty or starts with a blank. */
    public String reason() {
      if (!withKnowledge) {
        return "";
      }
      return knowledge.isEmpty()
          ? " " + BECAUSE
          : " " + BECAUSE + " " + String.join(",", knowledge);
    }

    /** Returns the whole text. */
    public String text() {
      return label + reason();
    }
  }
}
