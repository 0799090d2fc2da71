package org.reckoning.trainer.tokens;

import java.util.List;
import java.util.stream.Collectors;
import org.reckoning.trainer.data.DatasetType;

/**
 * The text templates of facts and questions, from the published implementation.
 *
 * <pre>{@code
 * inner loop   fact_0: |All kind things are red
 * question     Based on fact_0 fact_1, can we conclude Dave is red?|yes<E>
 * in context   <E>All kind things are red\nDave is kind\nDave is red|yes<E>
 * }</pre>
 *
 * <p>A prompt ends at the bar. Prompt and target are tokenized separately and joined without a
 * space. {@code <E>}, the end of text, is a token and not part of these strings. A finished text is
 * never parsed again, so a fact may contain colons and commas.
 */
public final class Templates {
  private Templates() {}

  /** Returns the text of a fact; {@link DatasetType#PROOFWRITER} removes every full stop. */
  public static String fact(DatasetType type, String text) {
    return type == DatasetType.PROOFWRITER ? text.replace(".", "") : text;
  }

  /**
   * Returns the text of a question. {@link DatasetType#PROOFWRITER} removes every full stop, {@link
   * DatasetType#FOLIO} a final one.
   */
  public static String question(DatasetType type, String text) {
    return switch (type) {
      case PROOFWRITER -> text.replace(".", "");
      case FOLIO -> text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
      case CLUTRR, ENTAILMENT_TREE, QUESTION -> text;
    };
  }

  /**
   * Returns the prompt of a question after the inner loop. It names all facts, so it does not
   * reveal which are relevant.
   *
   * @param names the names of the facts, from {@link FactNames#list}
   * @param text the question in the data
   */
  public static String questionPrompt(DatasetType type, String names, String text) {
    String question = question(type, text);
    return switch (type) {
      case CLUTRR, QUESTION -> "Based on %s, %s".formatted(names, question);
      case PROOFWRITER, FOLIO, ENTAILMENT_TREE ->
          "Based on %s, can we conclude %s?".formatted(names, question);
    };
  }

  /**
   * Returns the prompt of a baseline, after the end of text: one line for each fact, then the
   * question.
   *
   * @param facts the facts in the data; may be empty
   * @param text the question in the data, or empty
   */
  public static String inContextPrompt(DatasetType type, List<String> facts, String text) {
    String lines =
        facts.stream().map(fact -> fact(type, fact) + "\n").collect(Collectors.joining());
    return lines + question(type, text);
  }
}
