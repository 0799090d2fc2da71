package org.reckoning.trainer.tokens;

import java.util.List;
import org.reckoning.graph.bilevel.Task;
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

  /**
   * A question as it is asked when a model answers freely.
   *
   * @param prompt model ids of all that is read before the answer
   * @param target model ids of the training target, end of text included
   * @param answer the target as text
   */
  @SuppressWarnings("ArrayRecordComponent") // read only; copies would double a data set's memory
  public record EncodedQuestion(int[] prompt, int[] target, Answer answer) {}

  /**
   * What a model is to write after a question, without the end of text.
   *
   * <pre>{@code
   * label alone       yes
   * with knowledge    yes because All kind things are red,Dave is kind
   * }</pre>
   *
   * @param label the answer itself
   * @param withKnowledge whether the facts that it follows from are to be told after it
   * @param knowledge these facts as they are told; without any, the text ends with {@code because}
   */
  public record Answer(String label, boolean withKnowledge, List<String> knowledge) {
    /** The word between label and knowledge. */
    public static final String BECAUSE = "because";

    /** Copies the knowledge. */
    public Answer {
      knowledge = List.copyOf(knowledge);
    }

    /** An answer without knowledge: the single-task target. */
    public static Answer of(String label) {
      return new Answer(label, false, List.of());
    }

    /** An answer with the facts that it follows from: the multi-task target. */
    public static Answer because(String label, List<String> knowledge) {
      return new Answer(label, true, knowledge);
    }

    /** Returns what follows the label, empty or with a blank in front. */
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
