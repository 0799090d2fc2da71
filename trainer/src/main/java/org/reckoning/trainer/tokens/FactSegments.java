package org.reckoning.trainer.tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Cuts every fact that is too long into pieces, each a fact of its own:
 *
 * <pre>{@code
 * fact_0: |A short fact.                     fact_0: |A short fact.
 * fact_1: |A long fact. It goes on. And on.  fact_1: |A long fact. It goes on.
 *                                            fact_2: |And on.
 * }</pre>
 *
 * <p>A piece ends at the last sentence end within the limit, else at a blank, else between two
 * tokens. Without overlap the pieces are the text of the fact, except for blanks at the cuts. All
 * pieces of a relevant fact are relevant.
 *
 * @param tokens largest number of tokens of a fact, its prompt {@code fact_i: } included; null for
 *     no limit
 * @param overlap largest number of tokens at the end of a piece that the next piece repeats: whole
 *     sentences, else whole words, else tokens
 */
public record FactSegments(@Nullable Integer tokens, int overlap)
    implements UnaryOperator<ReasoningTask> {
  /** Smallest limit: the prompt of a high number, and a few tokens of text. */
  public static final int LEAST_TOKENS = 16;

  /** Largest length of the prompt of a fact among a million. */
  public static final int PROMPT_TOKENS = 8;

  /** Leaves all facts as they are. */
  public static final FactSegments NONE = new FactSegments(null, 0);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public FactSegments {
    if (tokens != null && tokens < LEAST_TOKENS) {
      throw new IllegalArgumentException(
          "segment_tokens (%d) must be at least %d".formatted(tokens, LEAST_TOKENS));
    }
    if (tokens == null && overlap != 0) {
      throw new IllegalArgumentException(
          "segment_overlap (%d) must be 0 without segment_tokens".formatted(overlap));
    }
    if (tokens != null && (overlap < 0 || overlap > tokens / 2)) {
      throw new IllegalArgumentException(
          "segment_overlap (%d) must be from 0 to half of segment_tokens (%d)"
              .formatted(overlap, tokens));
    }
  }

  /**
   * Checks the limit against a model.
   *
   * @param positions length of the longest sequence of the model, in tokens
   * @throws IllegalArgumentException if a piece may be too long for the model
   */
  public void requireWithin(int positions) {
    if (tokens != null && tokens > positions) {
      throw new IllegalArgumentException(
          "segment_tokens (%d) must be at most %d, the positions of the model"
              .formatted(tokens, positions));
    }
  }

  /**
   * Cuts the facts of a task. Where a question refers to a fact, it then refers to all pieces of
   * the fact.
   */
  @Override
  public ReasoningTask apply(ReasoningTask task) {
    if (tokens == null) {
      return task;
    }
    List<List<Fact>> pieces = pieces(task.type(), task.facts());
    int[] first = new int[pieces.size() + 1];
    for (int i = 0; i < pieces.size(); i++) {
      first[i + 1] = first[i] + pieces.get(i).size();
    }
    List<Question> questions = new ArrayList<>();
    for (Question question : task.questions()) {
      List<Integer> relevant =
          question.relevant().stream()
              .flatMap(index -> IntStream.range(first[index], first[index + 1]).boxed())
              .toList();
      questions.add(new Question(question.text(), question.label(), relevant));
    }
    List<Fact> facts = pieces.stream().flatMap(List::stream).toList();
    return new ReasoningTask(task.id(), task.type(), facts, questions, task.hops(), task.labels());
  }

  /** Returns the facts, and pieces in place of those that are too long. */
  public List<Fact> cut(DatasetType type, List<Fact> facts) {
    return pieces(type, facts).stream().flatMap(List::stream).toList();
  }

  private List<List<Fact>> pieces(DatasetType type, List<Fact> facts) {
    List<List<Fact>> pieces = new ArrayList<>();
    int number = 0;
    for (Fact fact : facts) {
      List<Fact> cut =
          tokens == null
              ? List.of(fact)
              : new SegmentedText(fact.text(), type, tokens, overlap)
                  .pieces(number).stream().map(text -> new Fact(text, fact.relevant())).toList();
      pieces.add(cut);
      number += cut.size();
    }
    return pieces;
  }
}
