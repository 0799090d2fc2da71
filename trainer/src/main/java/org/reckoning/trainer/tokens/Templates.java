package org.reckoning.trainer.tokens;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reckoning.trainer.data.DatasetType;

/**
 * The words around facts and questions, those of the published implementation.
 *
 * <pre>{@code
 * inner loop   fact_0: |All kind things are red
 * question     Based on fact_0 fact_1, can we conclude Dave is red?|yes<E>
 * in context   <E>All kind things are red\nDave is kind\nDave is red|yes<E>
 * }</pre>
 *
 * <p>A prompt ends where the bar stands; it and what follows are tokenised apart and joined without
 * a space. {@code <E>}, the end of text, is a token and not in these strings. A finished text is
 * never parsed again: colons and commas in a fact are text.
 */
public final class Templates {
  private Templates() {}

  /** Returns a fact as it is told: without any {@code .} in {@link DatasetType#PROOFWRITER}. */
  public static String fact(DatasetType type, String text) {
    return type == DatasetType.PROOFWRITER ? text.replace(".", "") : text;
  }

  /**
   * Returns a bare question as it is asked: without any {@code .} in {@link
   * DatasetType#PROOFWRITER}, without a final one in {@link DatasetType#FOLIO}.
   */
  public static String question(DatasetType type, String text) {
    return switch (type) {
      case PROOFWRITER -> text.replace(".", "");
      case FOLIO -> text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
      case CLUTRR, ENTAILMENT_TREE -> text;
    };
  }

  /** Returns the prompt of a fact in the inner loop. */
  public static String factPrompt(int index) {
    return "fact_" + index + ": ";
  }

  /**
   * Returns the prompt of a question to a model that has learned the facts. It names all facts,
   * distractors too, and so does not tell which of them are relevant.
   *
   * @param facts how many there are
   * @param text the question as it came
   */
  public static String questionPrompt(DatasetType type, int facts, String text) {
    String names =
        IntStream.range(0, facts).mapToObj(i -> "fact_" + i).collect(Collectors.joining(" "));
    String question = question(type, text);
    return type == DatasetType.CLUTRR
        ? "Based on %s, %s".formatted(names, question)
        : "Based on %s, can we conclude %s?".formatted(names, question);
  }

  /**
   * Returns the prompt of a baseline, which follows the end of text: the bare facts, a line each,
   * then the bare question.
   *
   * @param facts as they came; may be empty
   * @param text the question as it came, or empty
   */
  public static String inContextPrompt(DatasetType type, List<String> facts, String text) {
    String lines =
        facts.stream().map(fact -> fact(type, fact) + "\n").collect(Collectors.joining());
    return lines + question(type, text);
  }
}
