package org.reckoning.trainer.tokens;

/** Where the knowledge of a task is when its questions are answered. */
public enum Method {
  /** In the weights: the inner loop learns the facts, and the question is asked without them. */
  RECKONING,
  /** In the prompt: all facts stand in front of the question. */
  IN_CONTEXT,
  /** Nowhere: the question alone. What is right here can be guessed. */
  NO_FACTS,
  /** In the prompt, but the question is missing. */
  NO_QUESTION,
  /** In the weights, but of other tasks. */
  RANDOM_FACTS;

  /** Returns whether the inner loop learns facts; if not, a program needs 0 inner steps. */
  public boolean adapts() {
    return this == RECKONING || this == RANDOM_FACTS;
  }

  /** Returns whether the facts that an answer follows from can be asked for after the label. */
  public boolean canTellKnowledge() {
    return this == RECKONING || this == IN_CONTEXT;
  }
}
