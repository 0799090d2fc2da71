/** Tests of asking. */
@NullMarked
package org.reckoning.cli.ask;

import org.jspecify.annotations.NullMarked;
