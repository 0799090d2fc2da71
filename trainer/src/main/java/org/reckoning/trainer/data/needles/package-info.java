/**
 * Problems whose facts are hidden in long texts. Open {@link
 * org.reckoning.trainer.data.needles.NeedleGenerator} first.
 */
@NullMarked
package org.reckoning.trainer.data.needles;

import org.jspecify.annotations.NullMarked;
