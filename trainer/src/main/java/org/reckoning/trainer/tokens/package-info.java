/**
 * Encoding of reasoning problems: text templates, tokenizer, vocabularies, tasks of the graph, and
 * batches of static shape.
 *
 * <p>Open {@link org.reckoning.trainer.tokens.TaskEncoder} first, then {@link
 * org.reckoning.trainer.tokens.Templates} for the words and {@link
 * org.reckoning.trainer.tokens.Buckets} for the shapes.
 */
@NullMarked
package org.reckoning.trainer.tokens;

import org.jspecify.annotations.NullMarked;
