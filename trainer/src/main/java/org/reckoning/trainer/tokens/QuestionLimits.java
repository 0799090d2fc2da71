package org.reckoning.trainer.tokens;

import java.util.Collection;

/**
 * What a model can be asked: the limits that its positions and the fact names in its vocabulary
 * set, and what its training data need of them. Positions that training does not reach keep their
 * initial embeddings.
 *
 * @param method how the model gets the facts
 * @param facts largest number of facts that the prompt of the longest question can name; 0 if its
 *     prompts name none
 * @param tokens length of the longest sequence: a fact with its name, or a prompt with its answer
 * @param trained the largest sizes of the training data
 */
public record QuestionLimits(Method method, int facts, int tokens, TaskLengths trained) {

  /**
   * Returns the limits of a model.
   *
   * @param tokens length of its longest sequence
   * @param train the tasks that it is trained on, at least one
   */
  public static QuestionLimits of(
      Method method, Vocabulary vocabulary, int tokens, Collection<EncodedTask> train) {
    TaskLengths sizes =
        train.stream().map(EncodedTask::lengths).reduce(QuestionLimits::largest).orElseThrow();
    int facts = 0;
    if (method.adapts()) {
      int names = Tokenizer.gpt2().encode(Templates.factNames(sizes.facts())).length;
      int room = tokens - (sizes.questionTokens() - names);
      facts = facts(vocabulary, room);
    }
    return new QuestionLimits(method, facts, tokens, sizes);
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
      int[] name = Tokenizer.gpt2().encode((facts == 0 ? "" : " ") + "fact_" + facts);
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
          "up to %d facts of %d tokens, and questions of %d tokens with the names of the facts and the answer; training has %d facts of %d, questions of %d"
              .formatted(
                  facts,
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
