/** Tests of exports. */
@NullMarked
package org.reckoning.trainer.export;

import org.jspecify.annotations.NullMarked;
