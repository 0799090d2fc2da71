/**
 * Answers of the model: texts that are continued token by token, inside of one compiled segment.
 */
@NullMarked
package org.reckoning.graph.decoding;

import org.jspecify.annotations.NullMarked;
