/** Tests of the package. */
@NullMarked
package org.reckoning.trainer.progress;

import org.jspecify.annotations.NullMarked;
