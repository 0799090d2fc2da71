/** Tests of the weights. */
@NullMarked
package org.reckoning.trainer.weights;

import org.jspecify.annotations.NullMarked;
