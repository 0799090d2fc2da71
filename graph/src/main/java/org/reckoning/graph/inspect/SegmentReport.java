package org.reckoning.graph.inspect;

import java.util.Map;

/**
 * One segment of a program.
 *
 * @param name what it does: {@code inner_step}, {@code outer}, ...
 * @param function name of its TensorFlow function
 * @param trainingCalls calls in a training step of one pass
 * @param evaluationCalls calls in an evaluation
 * @param nodes nodes of its body, arguments and constants included
 * @param nodesByType how many of them have each op type, the most frequent first
 * @param flops operations of one call; those of segments that it calls are not in it
 * @param argumentBytes bytes of the arguments of one call; variables, which go by handle, count 0
 * @param resultBytes bytes of the results of one call
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
    long resultBytes) {

  /** Returns the operations of all calls of a training step. */
  public FlopCount trainingFlops() {
    return flops.times(trainingCalls);
  }
}
