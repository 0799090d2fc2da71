/** Tests of client and server. */
@NullMarked
package org.reckoning.trainer.serving;

import org.jspecify.annotations.NullMarked;
