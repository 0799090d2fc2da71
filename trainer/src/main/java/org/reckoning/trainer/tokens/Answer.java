package org.reckoning.trainer.tokens;

import java.util.List;

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
    return knowledge.isEmpty() ? " " + BECAUSE : " " + BECAUSE + " " + String.join(",", knowledge);
  }

  /** Returns the whole text. */
  public String text() {
    return label + reason();
  }
}
