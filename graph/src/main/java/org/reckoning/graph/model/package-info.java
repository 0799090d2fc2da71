/**
 * GPT-2 on tasks of one shape, and its tensors: weights, facts and questions. A record becomes
 * named tensors only at the boundary of a {@link org.reckoning.graph.xla.Segment}.
 */
@NullMarked
package org.reckoning.graph.model;

import org.jspecify.annotations.NullMarked;
