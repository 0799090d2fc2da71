/**
 * Reasoning problems as text. Open {@link org.reckoning.trainer.data.ReasoningTask} first: all data
 * becomes this record. {@code data.formats} reads and writes files of tasks, and {@code
 * data.kinship} and {@code data.theories} generate tasks.
 */
@NullMarked
package org.reckoning.trainer.data;

import org.jspecify.annotations.NullMarked;
