/** Reports on a run while it trains: open {@link org.reckoning.trainer.progress.TrainingListener} first. */
@NullMarked
package org.reckoning.trainer.progress;

import org.jspecify.annotations.NullMarked;
