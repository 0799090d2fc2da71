package org.reckoning.graph.serving;

import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.gpt2.Gpt2Config;

/**
 * How much a request to a {@link ServingProgram} may hold. Every request is padded to it inside of
 * the graph, so that each costs what the largest costs.
 *
 * @param facts facts F of a request
 * @param factTokens tokens of a fact
 * @param questions questions Q of a request
 * @param questionTokens tokens of a question, without its answer
 * @param candidates texts C that are scored together
 * @param candidateTokens tokens of such a text, a question with its answer
 * @param newTokens tokens A of an answer that is generated
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
   * @throws IllegalArgumentException with one sentence for each that cannot be
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
   * Checks that a model can read texts so long.
   *
   * @throws IllegalArgumentException with one sentence for each size that cannot be
   */
  void requireFit(Gpt2Config model) {
    List<String> problems = new ArrayList<>();
    requireAtMost("fact_tokens", factTokens, "n_positions", model.nPositions(), problems);
    requireAtMost(
        "question_tokens", questionTokens, "n_positions - 1", model.nPositions() - 1, problems);
    requireAtMost("candidate_tokens", candidateTokens, "n_positions", model.nPositions(), problems);
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

  /** Tokens of a question with its answer: an answer ends where the model has no more positions. */
  int textTokens(Gpt2Config model) {
    return Math.min(questionTokens + newTokens, model.nPositions());
  }
}
