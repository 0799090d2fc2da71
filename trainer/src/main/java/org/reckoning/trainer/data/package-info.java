/**
 * Reasoning problems as text: the record ({@link org.reckoning.trainer.data.ReasoningTask}),
 * readers of published formats ({@link org.reckoning.trainer.data.TaskReader}), a generator ({@link
 * org.reckoning.trainer.data.KinshipGenerator}), and the order in which facts are given.
 */
@NullMarked
package org.reckoning.trainer.data;

import org.jspecify.annotations.NullMarked;
