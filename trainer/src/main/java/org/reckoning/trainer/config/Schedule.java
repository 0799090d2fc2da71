package org.reckoning.trainer.config;

/** How the outer learning rates go on after the warm-up. */
public enum Schedule {
  /** Straight down to 0. */
  LINEAR,
  /** Half a cosine down to 0. */
  COSINE,
  /** They stay. */
  CONSTANT
}
