/**
 * Everything a run is told, as checked records. Open {@link org.reckoning.trainer.config.RunConfig}
 * first; the keys are documented in {@code configs/default}.
 */
@NullMarked
package org.reckoning.trainer.config;

import org.jspecify.annotations.NullMarked;
