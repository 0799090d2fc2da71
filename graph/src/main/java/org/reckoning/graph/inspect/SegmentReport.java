package org.reckoning.graph.inspect;

import java.util.Map;

/**
 * Sizes and counts of one segment of a program.
 *
 * @param name name of the segment: {@code inner_step}, {@code outer}, ...
 * @param function name of its TensorFlow function
 * @param trainingCalls number of calls in a training step of one pass
 * @param evaluationCalls number of calls in an evaluation
 * @param nodes number of nodes in its body, including arguments and constants
 * @param nodesByType number of nodes of each op type, the most frequent first
 * @param flops operations of one call, without those of called segments
 * @param argumentBytes bytes of the arguments of one call; variables are passed by handle and count
 *     0
 * @param resultBytes bytes of the results of one call
 * @param productBytes bytes of the results that are kept matrix products of an inner step
 */
public record SegmentReport(
    String name,
    String function,
    int trainingCalls,
    int evaluationCalls,
    int nodes,
    Map<String, Integer> nodesByType,
    FlopCount flops,
    long argumentBytes,
    long resultBytes,
    long productBytes) {

  /** Returns the operations of all calls of a training step. */
  public FlopCount trainingFlops() {
    return flops.times(trainingCalls);
  }
}
