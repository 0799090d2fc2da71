/**
 * Training: {@code TrainingLoop} is the loop, {@link org.reckoning.trainer.training.TrainingRun}
 * prepares it, and {@link org.reckoning.trainer.training.Experiment} compares a method with
 * baselines.
 */
@NullMarked
package org.reckoning.trainer.training;

import org.jspecify.annotations.NullMarked;
