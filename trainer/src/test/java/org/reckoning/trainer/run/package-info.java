/** Tests of the package. */
@NullMarked
package org.reckoning.trainer.run;

import org.jspecify.annotations.NullMarked;
