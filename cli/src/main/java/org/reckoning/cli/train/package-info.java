/**
 * The commands {@code reckoning train} and {@code reckoning eval}. Open {@link
 * org.reckoning.cli.train.TrainCommand} first.
 */
@NullMarked
package org.reckoning.cli.train;

import org.jspecify.annotations.NullMarked;
