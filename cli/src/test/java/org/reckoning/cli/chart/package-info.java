/** Tests of charts as PNG images. */
@NullMarked
package org.reckoning.cli.chart;

import org.jspecify.annotations.NullMarked;
