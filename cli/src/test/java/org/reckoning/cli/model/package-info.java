/** Tests of the command {@code model}. */
@NullMarked
package org.reckoning.cli.model;

import org.jspecify.annotations.NullMarked;
