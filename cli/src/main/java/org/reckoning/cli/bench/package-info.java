/**
 * The command {@code reckoning bench}: speed of training steps, of decoding, and of encoding facts.
 * Open {@link org.reckoning.cli.bench.BenchCommand} first: it lists the benchmarks, each a class of
 * its own.
 *
 * <p>Two main classes are no commands: {@link org.reckoning.cli.bench.MachineMain} and {@link
 * org.reckoning.cli.bench.StepMeasurementMain} run in child processes of {@code bench step}.
 */
@NullMarked
package org.reckoning.cli.bench;

import org.jspecify.annotations.NullMarked;
