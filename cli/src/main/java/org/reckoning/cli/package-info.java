/**
 * Main classes. Open {@link org.reckoning.cli.BenchmarkMain} first: it measures training steps and
 * prints them as a table.
 */
@NullMarked
package org.reckoning.cli;

import org.jspecify.annotations.NullMarked;
