/**
 * A generator of kinship problems in the style of CLUTRR. Open {@link
 * org.reckoning.trainer.data.kinship.KinshipGenerator} first, then {@code Kinship} for the rules.
 */
@NullMarked
package org.reckoning.trainer.data.kinship;

import org.jspecify.annotations.NullMarked;
