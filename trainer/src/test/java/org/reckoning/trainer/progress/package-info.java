/** Tests of listeners. */
@NullMarked
package org.reckoning.trainer.progress;

import org.jspecify.annotations.NullMarked;
