package org.reckoning.trainer.config;

/** What the inner loop changes. */
public enum InnerMode {
  /** All weights. */
  ALL,
  /** Low-rank factors beside frozen weights. */
  LORA,
  /** The weights whose names match a pattern. */
  PATTERN
}
