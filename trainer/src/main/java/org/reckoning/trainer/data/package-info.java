/**
 * Reasoning problems as text: the record, readers of published formats, a generator, and the order
 * in which facts are given.
 */
@NullMarked
package org.reckoning.trainer.data;

import org.jspecify.annotations.NullMarked;
