/**
 * GPT-2: its configuration and the names and shapes of its parameters.
 *
 * <p>Open {@link org.reckoning.graph.gpt2.Gpt2Config} first: it holds the legend of shapes that
 * everything else uses.
 */
@NullMarked
package org.reckoning.graph.gpt2;

import org.jspecify.annotations.NullMarked;
