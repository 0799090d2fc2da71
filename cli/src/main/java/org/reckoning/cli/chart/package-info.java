/** Pictures of results, drawn by XChart. Open {@link org.reckoning.cli.chart.LineChart} first. */
@NullMarked
package org.reckoning.cli.chart;

import org.jspecify.annotations.NullMarked;
