/**
 * GPT-2 as a static graph. Open {@link org.reckoning.graph.gpt2.Gpt2} first: it is the forward
 * pass. {@link org.reckoning.graph.gpt2.LanguageModelLoss} computes losses with it, {@link
 * org.reckoning.graph.gpt2.CachedGpt2} decodes.
 */
@NullMarked
package org.reckoning.graph.gpt2;

import org.jspecify.annotations.NullMarked;
