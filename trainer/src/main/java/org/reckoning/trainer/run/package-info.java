/** What a run keeps in its directory: open {@link org.reckoning.trainer.run.Checkpoints} first. */
@NullMarked
package org.reckoning.trainer.run;

import org.jspecify.annotations.NullMarked;
