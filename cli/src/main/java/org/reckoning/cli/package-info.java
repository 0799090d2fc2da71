/**
 * The command line. Open {@link org.reckoning.cli.Reckoning} first: it lists the commands, each a
 * class of its own. {@link org.reckoning.cli.BenchmarkMain} measures training steps.
 */
@NullMarked
package org.reckoning.cli;

import org.jspecify.annotations.NullMarked;
