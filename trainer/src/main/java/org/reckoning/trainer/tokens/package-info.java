/**
 * Reasoning problems as tokens: texts, byte-pair tokens, vocabularies, tasks of the graph, and the
 * batches of static shape that they fill.
 *
 * <p>Open {@link org.reckoning.trainer.tokens.TaskEncoder} first, then {@link
 * org.reckoning.trainer.tokens.Templates} for the words and {@link
 * org.reckoning.trainer.tokens.Buckets} for the shapes.
 */
@NullMarked
package org.reckoning.trainer.tokens;

import org.jspecify.annotations.NullMarked;
