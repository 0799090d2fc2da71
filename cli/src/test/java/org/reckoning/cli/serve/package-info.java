/** Tests of {@code reckoning serve}. */
@NullMarked
package org.reckoning.cli.serve;

import org.jspecify.annotations.NullMarked;
