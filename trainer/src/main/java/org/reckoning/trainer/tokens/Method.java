package org.reckoning.trainer.tokens;

/** The way in which a model gets the facts of a task. */
public enum Method {
  /** In the weights: the inner loop learns the facts, and the prompt has only the question. */
  RECKONING,
  /** In the prompt: all facts precede the question. */
  IN_CONTEXT,
  /** No facts: the question alone, which measures how much can be guessed. */
  NO_FACTS,
  /** In the prompt, without the question. */
  NO_QUESTION,
  /** In the weights, with facts of other tasks. */
  RANDOM_FACTS;

  /** Returns whether the method has an inner loop; otherwise its program has 0 inner steps. */
  public boolean adapts() {
    return this == RECKONING || this == RANDOM_FACTS;
  }

  /** Returns whether the facts are in the prompt. */
  public boolean readsFacts() {
    return this == IN_CONTEXT || this == NO_QUESTION;
  }

  /** Returns whether answers can include the relevant facts after the label. */
  public boolean canTellKnowledge() {
    return this == RECKONING || this == IN_CONTEXT;
  }
}
