/**
 * Sweeps: training runs of one configuration with several values of its keys. Open {@link
 * org.reckoning.cli.sweep.SweepRuns} first.
 */
@NullMarked
package org.reckoning.cli.sweep;

import org.jspecify.annotations.NullMarked;
