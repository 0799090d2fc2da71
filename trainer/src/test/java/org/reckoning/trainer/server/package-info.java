/** Tests of client and server. */
@NullMarked
package org.reckoning.trainer.server;

import org.jspecify.annotations.NullMarked;
