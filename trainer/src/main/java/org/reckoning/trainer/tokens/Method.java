package org.reckoning.trainer.tokens;

/** How a model gets at the facts of a task: the method and what it is compared with. */
public enum Method {
  /** The facts are written into the weights by the inner loop; the questions are asked alone. */
  RECKONING,
  /** All facts and the question are one prompt; no inner loop. */
  IN_CONTEXT,
  /** The question alone, without any fact; no inner loop. */
  NO_FACTS,
  /** All facts without the question; no inner loop. */
  NO_QUESTION,
  /** As {@link #RECKONING}, with facts of other tasks. */
  RANDOM_FACTS
}
