package org.reckoning.graph.inspect;

/**
 * The moment between two calls of a training step.
 *
 * @param after the call that is over
 * @param before the call that comes next
 * @param bytes what must be alive: made already and needed still, without the variables
 */
public record Boundary(String after, String before, long bytes) {}
