/**
 * Reasoning problems as text. Open {@link org.reckoning.trainer.data.ReasoningTask} first: all data
 * becomes this record. {@code data.formats} reads files of tasks, {@link
 * org.reckoning.trainer.data.RecordWriter} writes them, and {@code data.kinship}, {@code
 * data.theories} and {@code data.needles} generate tasks.
 */
@NullMarked
package org.reckoning.trainer.data;

import org.jspecify.annotations.NullMarked;
