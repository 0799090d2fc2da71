/** Tests of {@code reckoning study}. */
@NullMarked
package org.reckoning.cli.study;

import org.jspecify.annotations.NullMarked;
