/** Tests of the configuration's records. */
@NullMarked
package org.reckoning.trainer.config;

import org.jspecify.annotations.NullMarked;
