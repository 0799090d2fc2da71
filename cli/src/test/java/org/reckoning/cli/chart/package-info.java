/** Tests of {@code reckoning chart}. */
@NullMarked
package org.reckoning.cli.chart;

import org.jspecify.annotations.NullMarked;
