/** Tests of run directories. */
@NullMarked
package org.reckoning.trainer.run;

import org.jspecify.annotations.NullMarked;
