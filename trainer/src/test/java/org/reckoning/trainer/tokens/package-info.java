/** Tests of the tokens. */
@NullMarked
package org.reckoning.trainer.tokens;

import org.jspecify.annotations.NullMarked;
