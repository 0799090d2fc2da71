package org.reckoning.graph.serving;

import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.gpt2.Gpt2Config;

/**
 * Size limits of a request to a {@link ServingProgram}. The graph pads every request to these
 * sizes, so all requests cost the same.
 *
 * @param facts largest number F of facts in a request
 * @param factTokens largest number of tokens in a fact
 * @param questions largest number Q of questions in a request
 * @param questionTokens largest number of tokens in a question, without its answer
 * @param candidates largest number C of texts that are scored together
 * @param candidateTokens largest number of tokens in a candidate, which is a question with its
 *     answer
 * @param newTokens largest number A of tokens in a generated answer
 * @param endOfText the token that ends an answer
 */
public record ServingLimits(
    int facts,
    int factTokens,
    int questions,
    int questionTokens,
    int candidates,
    int candidateTokens,
    int newTokens,
    int endOfText) {

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException with one sentence for each invalid size
   */
  public ServingLimits {
    List<String> problems = new ArrayList<>();
    require("facts", facts, 1, problems);
    require("fact_tokens", factTokens, 2, problems);
    require("questions", questions, 1, problems);
    require("question_tokens", questionTokens, 1, problems);
    require("candidates", candidates, 1, problems);
    require("candidate_tokens", candidateTokens, 2, problems);
    require("max_new_tokens", newTokens, 1, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static void require(String name, int value, int least, List<String> problems) {
    if (value < least) {
      problems.add("%s (%d) must be at least %d".formatted(name, value, least));
    }
  }

  /**
   * Checks that a model has enough positions for these limits.
   *
   * @throws IllegalArgumentException with one sentence for each size that is too large
   */
  void requireFit(Gpt2Config model) {
    List<String> problems = new ArrayList<>();
    requireAtMost("fact_tokens", factTokens, "n_positions", model.nPositions(), problems);
    requireAtMost(
        "question_tokens", questionTokens, "n_positions - 1", model.nPositions() - 1, problems);
    requireAtMost("candidate_tokens", candidateTokens, "n_positions", model.nPositions(), problems);
    requireAtMost("max_new_tokens", newTokens, "n_positions - 1", model.nPositions() - 1, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static void requireAtMost(
      String name, int value, String limitName, int limit, List<String> problems) {
    if (value > limit) {
      problems.add("%s (%d) must be at most %s (%d)".formatted(name, value, limitName, limit));
    }
  }

  /**
   * Returns the largest number of tokens in a question with its answer. An answer ends at the last
   * position of the model.
   */
  int textTokens(Gpt2Config model) {
    return Math.min(questionTokens + newTokens, model.nPositions());
  }
}
