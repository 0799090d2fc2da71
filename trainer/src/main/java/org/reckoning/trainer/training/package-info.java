/**
 * Training: the loop, and the listeners that it tells what happens. Of the listeners open {@link
 * org.reckoning.trainer.progress.TrainingListener} first.
 */
@NullMarked
package org.reckoning.trainer.training;

import org.jspecify.annotations.NullMarked;
