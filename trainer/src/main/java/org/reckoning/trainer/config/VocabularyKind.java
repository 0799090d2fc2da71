package org.reckoning.trainer.config;

/** Which tokens a model knows. */
public enum VocabularyKind {
  /** Only those that occur in the data. */
  COMPACT,
  /** All of GPT-2. */
  FULL
}
