/** Tasks as numeric arrays: facts and questions as tokens, padded to static shapes. */
@NullMarked
package org.reckoning.graph.task;

import org.jspecify.annotations.NullMarked;
