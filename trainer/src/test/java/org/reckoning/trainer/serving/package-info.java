/** Tests of the package. */
@NullMarked
package org.reckoning.trainer.serving;

import org.jspecify.annotations.NullMarked;
