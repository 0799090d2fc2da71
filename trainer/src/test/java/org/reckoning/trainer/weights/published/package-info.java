/** Tests of published models. */
@NullMarked
package org.reckoning.trainer.weights.published;

import org.jspecify.annotations.NullMarked;
