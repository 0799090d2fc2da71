/** Tests of the generator. */
@NullMarked
package org.reckoning.trainer.data.kinship;

import org.jspecify.annotations.NullMarked;
