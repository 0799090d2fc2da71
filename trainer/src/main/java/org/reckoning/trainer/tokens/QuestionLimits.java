package org.reckoning.trainer.tokens;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Limits of the questions that a model accepts, and the largest sizes of its training data. The
 * positions of the model and the fact names in its vocabulary set the limits. Positions beyond the
 * training data keep their initial embeddings.
 *
 * @param method how the model gets the facts
 * @param facts largest number of facts that the prompt of the longest question can name; 0 if its
 *     prompts name none, null if one name stands for any number of them
 * @param tokens length of the longest sequence: a fact with its name, or a prompt with its answer
 * @param trained the largest sizes of the training data
 */
public record QuestionLimits(
    Method method, @Nullable Integer facts, int tokens, TaskLengths trained) {

  /**
   * Returns the limits of a model.
   *
   * @param names the names of facts in prompts
   * @param tokens length of its longest sequence
   * @param train the tasks that it is trained on, at least one
   */
  public static QuestionLimits of(
      Method method,
      FactNames names,
      Vocabulary vocabulary,
      int tokens,
      Collection<EncodedTask> train) {
    TaskLengths sizes =
        train.stream().map(EncodedTask::lengths).reduce(QuestionLimits::largest).orElseThrow();
    if (!method.adapts()) {
      return new QuestionLimits(method, 0, tokens, sizes);
    }
    if (names == FactNames.SHARED) {
      return new QuestionLimits(method, null, tokens, sizes);
    }
    int listed = Tokenizer.gpt2().encode(names.list(sizes.facts())).length;
    int room = tokens - (sizes.questionTokens() - listed);
    return new QuestionLimits(method, facts(vocabulary, room), tokens, sizes);
  }

  private static TaskLengths largest(TaskLengths a, TaskLengths b) {
    return new TaskLengths(
        "",
        Math.max(a.facts(), b.facts()),
        Math.max(a.factTokens(), b.factTokens()),
        Math.max(a.questions(), b.questions()),
        Math.max(a.questionTokens(), b.questionTokens()));
  }

  /** Returns the number of facts whose names a vocabulary has and a number of tokens holds. */
  private static int facts(Vocabulary vocabulary, int room) {
    int facts = 0;
    int used = 0;
    while (true) {
      int[] name = Tokenizer.gpt2().encode((facts == 0 ? "" : " ") + FactNames.NUMBERED.of(facts));
      used += name.length;
      for (int token : name) {
        if (!vocabulary.contains(token)) {
          return facts;
        }
      }
      if (used > room) {
        return facts;
      }
      facts++;
    }
  }

  /** Returns one line for the start of a run. */
  @Override
  public String toString() {
    return switch (method) {
      case RECKONING, RANDOM_FACTS ->
          "%s facts of %d tokens, and questions of %d tokens with the names of the facts and the answer; training has %d facts of %d, questions of %d"
              .formatted(
                  facts == null ? "any number of" : "up to " + facts,
                  tokens,
                  tokens,
                  trained.facts(),
                  trained.factTokens(),
                  trained.questionTokens());
      case IN_CONTEXT, NO_QUESTION ->
          "up to %d tokens for all facts, the question and the answer; training has %d"
              .formatted(tokens, trained.questionTokens());
      case NO_FACTS ->
          "questions of up to %d tokens with the answer; training has %d"
              .formatted(tokens, trained.questionTokens());
    };
  }
}
