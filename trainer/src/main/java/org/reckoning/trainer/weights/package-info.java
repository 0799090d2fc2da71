/**
 * Weights on disk: safetensors files, Hugging Face directories and checkpoints of a GPT-2.
 *
 * <p>Open {@link org.reckoning.trainer.weights.Gpt2Weights} first, then {@link
 * org.reckoning.trainer.weights.SafetensorsFile}. A file is checked completely, against its own
 * length, before anything of the size it claims is allocated; what is wrong with one is told in one
 * sentence, a {@link org.reckoning.trainer.weights.WeightsFormatException}.
 */
@NullMarked
package org.reckoning.trainer.weights;

import org.jspecify.annotations.NullMarked;
