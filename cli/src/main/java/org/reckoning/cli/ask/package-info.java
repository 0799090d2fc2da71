/** {@code reckoning ask}: facts are encoded once, then questions are answered. */
@NullMarked
package org.reckoning.cli.ask;

import org.jspecify.annotations.NullMarked;
