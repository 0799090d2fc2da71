/** Tests of training. */
@NullMarked
package org.reckoning.trainer.training;

import org.jspecify.annotations.NullMarked;
