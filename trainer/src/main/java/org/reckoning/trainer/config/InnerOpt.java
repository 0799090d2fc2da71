package org.reckoning.trainer.config;

/** Update rule of the inner loop. */
public enum InnerOpt {
  /** Gradient descent. */
  SGD,
  /** Gradient descent with momentum. */
  MOMENTUM,
  /** Adam with decoupled weight decay. */
  ADAMW
}
