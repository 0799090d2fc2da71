/** Tests of the formats of tensors. */
@NullMarked
package org.reckoning.trainer.tensors;

import org.jspecify.annotations.NullMarked;
