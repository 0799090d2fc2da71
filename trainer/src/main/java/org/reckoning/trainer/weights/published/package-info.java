/**
 * Models in the forms in which others publish them: Hugging Face directories, OpenAI's checkpoints
 * and low-rank adapters of PEFT. Open {@link
 * org.reckoning.trainer.weights.published.PublishedWeights} to read them, {@link
 * org.reckoning.trainer.weights.published.ModelDirectory} to write them.
 */
@NullMarked
package org.reckoning.trainer.weights.published;

import org.jspecify.annotations.NullMarked;
