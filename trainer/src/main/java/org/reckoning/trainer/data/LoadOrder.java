package org.reckoning.trainer.data;

/** Where the distractors of a task stand among its facts. */
public enum LoadOrder {
  /** The relevant facts, then the distractors. */
  PRE,
  /** The distractors, then the relevant facts. */
  POST,
  /** All of them shuffled. */
  IN,
  /** As in the record. */
  NORM
}
