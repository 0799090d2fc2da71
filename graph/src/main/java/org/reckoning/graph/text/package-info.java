/**
 * Byte pairs as a graph: text to tokens and back, by core TensorFlow ops alone. Nothing has to be
 * initialized. Open {@link org.reckoning.graph.text.TextEncoder} first.
 */
@NullMarked
package org.reckoning.graph.text;

import org.jspecify.annotations.NullMarked;
