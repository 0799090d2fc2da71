package org.reckoning.trainer.config;

/** Order in which the facts of a task are told. */
public enum LoadOrder {
  /** Relevant facts, then distractors. */
  PRE,
  /** Distractors, then relevant facts. */
  POST,
  /** Shuffled, the same for every method. */
  IN,
  /** As in the record. */
  NORM
}
