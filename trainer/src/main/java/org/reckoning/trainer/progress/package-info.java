/**
 * Reports on a run while it trains: on the console, in {@code metrics.jsonl} and for TensorBoard.
 * Open {@link org.reckoning.trainer.progress.TrainingListener} first.
 */
@NullMarked
package org.reckoning.trainer.progress;

import org.jspecify.annotations.NullMarked;
