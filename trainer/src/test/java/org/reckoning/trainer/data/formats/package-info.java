/** Tests of the readers and the writer. */
@NullMarked
package org.reckoning.trainer.data.formats;

import org.jspecify.annotations.NullMarked;
