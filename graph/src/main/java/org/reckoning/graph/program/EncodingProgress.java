package org.reckoning.graph.program;

/** Receives the progress of an encoding. */
@FunctionalInterface
public interface EncodingProgress {
  /**
   * Is called after each micro-batch of facts, on the thread that encodes.
   *
   * @param microBatches number of micro-batches so far, from 1
   * @param of number of micro-batches of all K inner steps and of the loss after the last step; 1
   *     if all facts are encoded in one run
   */
  void encoded(int microBatches, int of);
}
