/** Tests of the evaluation. */
@NullMarked
package org.reckoning.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
