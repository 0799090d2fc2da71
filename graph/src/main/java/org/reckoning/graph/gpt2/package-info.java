/**
 * GPT-2 as a static graph. Open {@link org.reckoning.graph.gpt2.Gpt2} first: it reads like the
 * model. {@link org.reckoning.graph.gpt2.LanguageModelLoss} scores tokens with it.
 */
@NullMarked
package org.reckoning.graph.gpt2;

import org.jspecify.annotations.NullMarked;
