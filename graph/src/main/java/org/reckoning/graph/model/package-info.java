/**
 * GPT-2 on tasks of one shape, and the tensors that it reads: weights, facts and questions. A
 * record turns into named tensors at the border of a {@link org.reckoning.graph.xla.Segment} and
 * nowhere else.
 */
@NullMarked
package org.reckoning.graph.model;

import org.jspecify.annotations.NullMarked;
