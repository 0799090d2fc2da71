/**
 * The configuration of a run as checked records. Open {@link
 * org.reckoning.trainer.config.RunConfig} first; {@code configs/default} documents the keys.
 */
@NullMarked
package org.reckoning.trainer.config;

import org.jspecify.annotations.NullMarked;
