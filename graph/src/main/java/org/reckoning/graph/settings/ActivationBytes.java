package org.reckoning.graph.settings;

import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.task.TaskShape;

/**
 * Estimates the memory of the activations of an inner gradient, in float32. For 512 tokens of GPT-2
 * small the estimate is 772 MB, and XLA plans 843 MB on a CPU.
 */
final class ActivationBytes {
  private static final long LIMIT = 1L << 30;

  private ActivationBytes() {}

  /** Returns the largest number of facts whose activations take at most 1 GiB, at least 1. */
  static long mostFacts(Gpt2Config model, TaskShape shape) {
    long ofFact = ofToken(model, shape.factTokens()) * shape.factTokens() * shape.tasks();
    return Math.max(1, LIMIT / ofFact);
  }

  /**
   * Returns the bytes of one token: what reverse mode keeps of each block and of the logits.
   *
   * @param tokens tokens of a fact; each attends to all of them
   */
  private static long ofToken(Gpt2Config model, int tokens) {
    long block = 10L * model.nEmbd() + 3L * model.nInner() + 2L * model.nHead() * tokens;
    return Float.BYTES * (model.nLayer() * block + 2L * model.vocabSize());
  }
}
