/**
 * Tasks as arrays of numbers: facts and questions as tokens, and the static shapes that they are
 * padded to.
 */
@NullMarked
package org.reckoning.graph.task;

import org.jspecify.annotations.NullMarked;
