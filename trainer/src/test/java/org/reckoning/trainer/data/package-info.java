/** Tests of the data. */
@NullMarked
package org.reckoning.trainer.data;

import org.jspecify.annotations.NullMarked;
