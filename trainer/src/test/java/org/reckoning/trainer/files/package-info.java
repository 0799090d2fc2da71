/** Tests of reading and writing files. */
@NullMarked
package org.reckoning.trainer.files;

import org.jspecify.annotations.NullMarked;
