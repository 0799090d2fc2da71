/** Tests of asking. */
@NullMarked
package org.reckoning.trainer.answering;

import org.jspecify.annotations.NullMarked;
