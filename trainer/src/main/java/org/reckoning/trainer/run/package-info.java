/**
 * The files of a run: configuration, model, data, checkpoints and results. Open {@link
 * org.reckoning.trainer.run.RunDirectory} first.
 */
@NullMarked
package org.reckoning.trainer.run;

import org.jspecify.annotations.NullMarked;
