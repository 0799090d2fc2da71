/** Tests of hidden facts. */
@NullMarked
package org.reckoning.trainer.data.needles;

import org.jspecify.annotations.NullMarked;
