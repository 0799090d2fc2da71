/**
 * The weights of a GPT-2, read one tensor at a time, whatever they come from. Open {@link
 * org.reckoning.trainer.weights.Gpt2Weights} first; {@code weights.published} reads and writes the
 * forms in which models are published.
 */
@NullMarked
package org.reckoning.trainer.weights;

import org.jspecify.annotations.NullMarked;
