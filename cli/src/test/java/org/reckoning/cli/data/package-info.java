/** Tests of the data command. */
@NullMarked
package org.reckoning.cli.data;

import org.jspecify.annotations.NullMarked;
